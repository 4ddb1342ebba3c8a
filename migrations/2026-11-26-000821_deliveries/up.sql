-- each time that a contract's link was sent by email; the mail itself has the same id in the outbox, for as long as that keeps it
CREATE TABLE link_mails (
    id uuid PRIMARY KEY,
    contract_id text NOT NULL REFERENCES contracts ON DELETE CASCADE,
    link integer NOT NULL,
    recipient text NOT NULL CHECK (char_length(recipient) BETWEEN 3 AND 254),
    reminder boolean NOT NULL,
    message text NOT NULL DEFAULT '' CHECK (char_length(message) <= 500),
    sender_id text NOT NULL REFERENCES users,
    at timestamptz NOT NULL,
    FOREIGN KEY (contract_id, link) REFERENCES activation_links (contract_id, number) ON DELETE CASCADE
);
CREATE INDEX link_mails_contract ON link_mails (contract_id, at DESC);
CREATE INDEX link_mails_sender ON link_mails (sender_id);

-- who fetched a link: a row for each browser, and one for all programs that say what they are, under an empty hash
CREATE TABLE link_openings (
    contract_id text NOT NULL,
    link integer NOT NULL,
    browser_hash bytea NOT NULL,
    times integer NOT NULL DEFAULT 1 CHECK (times > 0),
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    -- when it last came on to the page behind the link: what only fetches links never does
    followed_at timestamptz,
    PRIMARY KEY (contract_id, link, browser_hash),
    FOREIGN KEY (contract_id, link) REFERENCES activation_links (contract_id, number) ON DELETE CASCADE
);
