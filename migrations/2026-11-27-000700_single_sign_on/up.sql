-- A company's identity provider, through which its people sign in. It sends them back to an address with the company's id in it, so that no
-- provider's answer is taken for another's.
CREATE TABLE sso_providers (
    account_id text PRIMARY KEY REFERENCES accounts,
    issuer text NOT NULL CHECK (char_length(issuer) BETWEEN 1 AND 512),
    -- the client ID that the program has there
    client text NOT NULL CHECK (char_length(client) BETWEEN 1 AND 255),
    -- sealed by the vault for the company
    secret text NOT NULL,
    -- the provider's description of itself, as read when it was saved
    discovery jsonb NOT NULL,
    active boolean NOT NULL,
    -- who can sign in through it
    joining text NOT NULL CHECK (joining IN ('members', 'everybody')),
    -- the claim that lists groups, if there is one
    groups_claim text NOT NULL CHECK (char_length(groups_claim) <= 255),
    -- since when people can sign in no other way
    enforced_at timestamptz,
    revision integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    CONSTRAINT sso_providers_enforced CHECK (enforced_at IS NULL OR active)
);

-- The groups of people who sign in for the first time.
CREATE TABLE sso_groups (
    account_id text NOT NULL REFERENCES sso_providers ON DELETE CASCADE,
    group_id text NOT NULL,
    PRIMARY KEY (account_id, group_id),
    FOREIGN KEY (group_id, account_id) REFERENCES groups (id, account_id) ON DELETE CASCADE
);
CREATE INDEX sso_groups_group_id ON sso_groups (group_id, account_id);

-- The group that a value of the claim stands for.
CREATE TABLE sso_claims (
    account_id text NOT NULL REFERENCES sso_providers ON DELETE CASCADE,
    value text NOT NULL CHECK (char_length(value) BETWEEN 1 AND 255),
    group_id text NOT NULL,
    place integer NOT NULL,
    PRIMARY KEY (account_id, value, group_id),
    FOREIGN KEY (group_id, account_id) REFERENCES groups (id, account_id) ON DELETE CASCADE
);
CREATE INDEX sso_claims_group_id ON sso_claims (group_id, account_id);

-- Who is in a group because of the claim. Memberships given by hand are not touched.
CREATE TABLE sso_given (
    group_id text NOT NULL,
    user_id text NOT NULL,
    account_id text NOT NULL REFERENCES accounts,
    PRIMARY KEY (group_id, user_id),
    FOREIGN KEY (group_id, user_id) REFERENCES group_members (group_id, user_id) ON DELETE CASCADE
);
CREATE INDEX sso_given_account_id ON sso_given (account_id, user_id);
CREATE INDEX sso_given_user_id ON sso_given (user_id);

-- Email domains that a company's provider signs people in for. Several companies can claim a domain, but only one can prove it.
CREATE TABLE sso_domains (
    account_id text NOT NULL REFERENCES accounts,
    -- in lower case, as hosts are written
    domain text NOT NULL CHECK (char_length(domain) BETWEEN 4 AND 253 AND domain = lower(domain)),
    -- the contents of the file that proves it
    token text NOT NULL,
    created_at timestamptz NOT NULL,
    verified_at timestamptz,
    -- proven by the operator instead of the file
    vouched boolean NOT NULL DEFAULT false,
    checked_at timestamptz,
    -- why the last check did not find the proof, as a key
    trouble text NOT NULL DEFAULT '' CHECK (char_length(trouble) <= 32),
    PRIMARY KEY (account_id, domain)
);
CREATE UNIQUE INDEX sso_domains_verified ON sso_domains (domain) WHERE verified_at IS NOT NULL;

-- Who can sign in with a password although the company requires its provider.
CREATE TABLE sso_exceptions (
    account_id text NOT NULL REFERENCES sso_providers ON DELETE CASCADE,
    user_id text NOT NULL,
    PRIMARY KEY (account_id, user_id),
    FOREIGN KEY (account_id, user_id) REFERENCES memberships (account_id, user_id) ON DELETE CASCADE
);
CREATE INDEX sso_exceptions_user_id ON sso_exceptions (user_id, account_id);

-- The person behind a provider's subject. A subject signs in, never an address.
CREATE TABLE sso_subjects (
    account_id text NOT NULL REFERENCES sso_providers ON DELETE CASCADE,
    subject text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 255),
    user_id text NOT NULL,
    linked_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, subject),
    CONSTRAINT sso_subjects_user_id UNIQUE (user_id, account_id),
    FOREIGN KEY (account_id, user_id) REFERENCES memberships (account_id, user_id) ON DELETE CASCADE
);

-- A sign-in that was begun. It is answered once, within minutes, in the browser that began it.
CREATE TABLE sso_attempts (
    state_hash bytea PRIMARY KEY,
    account_id text NOT NULL REFERENCES sso_providers ON DELETE CASCADE,
    -- the revision of the provider that was asked
    revision integer NOT NULL,
    -- what recognises the browser, hashed
    holder bytea NOT NULL,
    -- the scheme and host that it began at
    base text NOT NULL,
    -- a path of ours
    next text NOT NULL,
    kept uuid,
    -- the session that the person had at the time
    session uuid,
    -- whether the person had to sign in there again
    fresh boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sso_attempts_account_id ON sso_attempts (account_id);

-- The companies that a session entered through their providers.
CREATE TABLE sso_proofs (
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    account_id text NOT NULL REFERENCES sso_providers ON DELETE CASCADE,
    proved_at timestamptz NOT NULL DEFAULT now(),
    -- when the person signed in at the provider, if it says so
    said_at timestamptz,
    PRIMARY KEY (session_id, account_id)
);
CREATE INDEX sso_proofs_account_id ON sso_proofs (account_id);

ALTER TABLE sessions
    -- whether the person began it with a sign-in of their own; a session begun by a company's provider opens only that company
    ADD COLUMN own boolean NOT NULL DEFAULT true,
    DROP CONSTRAINT sessions_factor_check,
    ADD CONSTRAINT sessions_factor_check CHECK (factor IN ('none', 'authenticator', 'recovery_code', 'passkey', 'provider'));

-- the events of the security trail, as the program names them
ALTER TABLE security_events
    DROP CONSTRAINT security_events_name_check,
    ADD CONSTRAINT security_events_name_check CHECK (name IN (
        'session.began', 'session.came', 'session.ended', 'session.revoked', 'password.wrong', 'password.changed', 'password.reset_asked',
        'password.reset_used', 'session.halfway', 'factor.wrong', 'factor.added', 'factor.removed', 'passkey.copied', 'factor.reset_asked',
        'recovery_codes.made', 'recovery_codes.used', 'policy.changed', 'request.refused', 'request.barred', 'request.untrusted',
        'request.throttled', 'token.refused', 'rights.rose', 'key.rotated', 'sso.signed_in', 'sso.refused'));
