-- Names under which a distributor's people and partners reach the program. Several may ask for one name, and one can prove that it is theirs.
CREATE TABLE brand_hosts (
    account_id text NOT NULL REFERENCES accounts,
    -- in lower case, as browsers write it
    host text NOT NULL CHECK (char_length(host) BETWEEN 4 AND 253 AND host = lower(host)),
    -- what the file says that proves it
    token text NOT NULL,
    created_at timestamptz NOT NULL,
    verified_at timestamptz,
    -- by the operator's word instead of the file
    vouched boolean NOT NULL DEFAULT false,
    -- whether the name leads to where the program's public name leads, when it was looked up last
    leads_here boolean NOT NULL DEFAULT false,
    checked_at timestamptz,
    -- why the last look did not find what it wanted, by its key
    trouble text NOT NULL DEFAULT '' CHECK (char_length(trouble) <= 32),
    PRIMARY KEY (account_id, host)
);
CREATE UNIQUE INDEX brand_hosts_verified ON brand_hosts (host) WHERE verified_at IS NOT NULL;

-- A session belongs to the name under which it began; nothing is the program's public one.
ALTER TABLE sessions ADD COLUMN host text NOT NULL DEFAULT '';
-- Under which name somebody asked for a new password.
ALTER TABLE password_reset_asks ADD COLUMN brand text REFERENCES accounts;
