-- The identity provider of a company, through which its people sign in. It sends them back to an address with the company's id in it: no
-- answer of one is taken for another's.
CREATE TABLE sso_providers (
    account_id text PRIMARY KEY REFERENCES accounts,
    issuer text NOT NULL CHECK (char_length(issuer) BETWEEN 1 AND 512),
    -- what the program is called there
    client text NOT NULL CHECK (char_length(client) BETWEEN 1 AND 255),
    -- sealed by the vault for the company
    secret text NOT NULL,
    -- what the provider says of itself, as it was read when it was saved
    discovery jsonb NOT NULL,
    active boolean NOT NULL,
    -- whom it lets in
    joining text NOT NULL CHECK (joining IN ('members', 'everybody')),
    -- the claim that names groups; nothing when none does
    groups_claim text NOT NULL CHECK (char_length(groups_claim) <= 255),
    -- since when people come in no other way
    enforced_at timestamptz,
    revision integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    CONSTRAINT sso_providers_enforced CHECK (enforced_at IS NULL OR active)
);

-- The groups of whoever is let in for the first time.
CREATE TABLE sso_groups (
    account_id text NOT NULL REFERENCES sso_providers ON DELETE CASCADE,
    group_id text NOT NULL,
    PRIMARY KEY (account_id, group_id),
    FOREIGN KEY (group_id, account_id) REFERENCES groups (id, account_id) ON DELETE CASCADE
);
CREATE INDEX sso_groups_group_id ON sso_groups (group_id, account_id);

-- The group that a value of the claim means.
CREATE TABLE sso_claims (
    account_id text NOT NULL REFERENCES sso_providers ON DELETE CASCADE,
    value text NOT NULL CHECK (char_length(value) BETWEEN 1 AND 255),
    group_id text NOT NULL,
    place integer NOT NULL,
    PRIMARY KEY (account_id, value, group_id),
    FOREIGN KEY (group_id, account_id) REFERENCES groups (id, account_id) ON DELETE CASCADE
);
CREATE INDEX sso_claims_group_id ON sso_claims (group_id, account_id);

-- Who is in a group because the claim said so: what people gave by hand stays theirs.
CREATE TABLE sso_given (
    group_id text NOT NULL,
    user_id text NOT NULL,
    account_id text NOT NULL REFERENCES accounts,
    PRIMARY KEY (group_id, user_id),
    FOREIGN KEY (group_id, user_id) REFERENCES group_members (group_id, user_id) ON DELETE CASCADE
);
CREATE INDEX sso_given_account_id ON sso_given (account_id, user_id);
CREATE INDEX sso_given_user_id ON sso_given (user_id);

-- Domains of email addresses whose people the provider of a company speaks for. Several may ask for one, and one can prove that it is theirs.
CREATE TABLE sso_domains (
    account_id text NOT NULL REFERENCES accounts,
    -- in lower case, as hosts are written
    domain text NOT NULL CHECK (char_length(domain) BETWEEN 4 AND 253 AND domain = lower(domain)),
    -- what the file says that proves it
    token text NOT NULL,
    created_at timestamptz NOT NULL,
    verified_at timestamptz,
    -- by the operator's word instead of the file
    vouched boolean NOT NULL DEFAULT false,
    checked_at timestamptz,
    -- why the last look did not find what it wanted, by its key
    trouble text NOT NULL DEFAULT '' CHECK (char_length(trouble) <= 32),
    PRIMARY KEY (account_id, domain)
);
CREATE UNIQUE INDEX sso_domains_verified ON sso_domains (domain) WHERE verified_at IS NOT NULL;

-- Who comes in with a password although the company demands its provider.
CREATE TABLE sso_exceptions (
    account_id text NOT NULL REFERENCES sso_providers ON DELETE CASCADE,
    user_id text NOT NULL,
    PRIMARY KEY (account_id, user_id),
    FOREIGN KEY (account_id, user_id) REFERENCES memberships (account_id, user_id) ON DELETE CASCADE
);
CREATE INDEX sso_exceptions_user_id ON sso_exceptions (user_id, account_id);

-- Whom the provider means by a subject. It is a subject that signs in, never an address.
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

-- A sign-in that was begun: answered once, within minutes, in the browser that began it.
CREATE TABLE sso_attempts (
    state_hash bytea PRIMARY KEY,
    account_id text NOT NULL REFERENCES sso_providers ON DELETE CASCADE,
    -- the revision of the provider that was asked
    revision integer NOT NULL,
    -- by what the browser is known again, hashed
    holder bytea NOT NULL,
    -- scheme and host where it began
    base text NOT NULL,
    -- a path of ours
    next text NOT NULL,
    kept uuid,
    -- the session that the person had then
    session uuid,
    -- the person was to identify anew
    fresh boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sso_attempts_account_id ON sso_attempts (account_id);

-- The companies into which a session came through their providers.
CREATE TABLE sso_proofs (
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    account_id text NOT NULL REFERENCES sso_providers ON DELETE CASCADE,
    proved_at timestamptz NOT NULL DEFAULT now(),
    -- when the person identified at the provider, where it says so
    said_at timestamptz,
    PRIMARY KEY (session_id, account_id)
);
CREATE INDEX sso_proofs_account_id ON sso_proofs (account_id);

ALTER TABLE sessions
    -- whether it was begun by what is the person's own, or only by a company's provider, which opens that company alone
    ADD COLUMN own boolean NOT NULL DEFAULT true,
    DROP CONSTRAINT sessions_factor_check,
    ADD CONSTRAINT sessions_factor_check CHECK (factor IN ('none', 'authenticator', 'recovery_code', 'passkey', 'provider'));

-- what is written down of security, as the program names it
ALTER TABLE security_events
    DROP CONSTRAINT security_events_name_check,
    ADD CONSTRAINT security_events_name_check CHECK (name IN (
        'session.began', 'session.came', 'session.ended', 'session.revoked', 'password.wrong', 'password.changed', 'password.reset_asked',
        'password.reset_used', 'session.halfway', 'factor.wrong', 'factor.added', 'factor.removed', 'passkey.copied', 'factor.reset_asked',
        'recovery_codes.made', 'recovery_codes.used', 'policy.changed', 'request.refused', 'request.barred', 'request.untrusted',
        'request.throttled', 'token.refused', 'rights.rose', 'key.rotated', 'sso.signed_in', 'sso.refused'));
