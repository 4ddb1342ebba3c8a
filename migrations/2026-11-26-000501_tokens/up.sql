-- a token acts as a user of its own, who belongs to no group and has neither email nor password: it is never mistaken for a person
ALTER TABLE users DROP CONSTRAINT users_id_check;
ALTER TABLE users
    ADD COLUMN kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service')),
    ALTER COLUMN email DROP NOT NULL,
    ALTER COLUMN email_key DROP NOT NULL,
    ADD CONSTRAINT users_id_check CHECK (id ~ '^(UR|SU)-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    ADD CONSTRAINT users_service_id CHECK ((kind = 'service') = (id LIKE 'SU-%')),
    ADD CONSTRAINT users_service_email CHECK ((kind = 'service') = (email IS NULL) AND (email IS NULL) = (email_key IS NULL)),
    ADD CONSTRAINT users_service_password CHECK (kind = 'person' OR password_hash IS NULL);

CREATE TABLE api_tokens (
    id text PRIMARY KEY REFERENCES users CHECK (id LIKE 'SU-%'),
    account_id text NOT NULL REFERENCES accounts,
    name text COLLATE people NOT NULL CHECK (char_length(name) BETWEEN 1 AND 128),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 255),
    external_id text NOT NULL DEFAULT '' CHECK (char_length(external_id) <= 128),
    -- that it expires is told by its date
    status text NOT NULL CHECK (status IN ('active', 'inactive', 'deleted')),
    -- SHA-256 of 256 random bits: nobody guesses them, so a fast hash does
    secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    -- the secret before the last rotation, for as long as both are good
    old_hash bytea CHECK (octet_length(old_hash) = 32),
    old_until timestamptz,
    permissions text[] NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    creator_id text NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    search text NOT NULL GENERATED ALWAYS AS (folded(name || ' ' || id || ' ' || external_id)) STORED,
    CHECK ((old_hash IS NULL) = (old_until IS NULL))
);
CREATE UNIQUE INDEX api_tokens_name ON api_tokens (account_id, name) WHERE status <> 'deleted';
CREATE INDEX api_tokens_account_id ON api_tokens (account_id, created_at DESC, id DESC);
CREATE INDEX api_tokens_external_id ON api_tokens (external_id, account_id);
CREATE INDEX api_tokens_creator_id ON api_tokens (creator_id);

ALTER TABLE events DROP CONSTRAINT events_actor_kind_check;
ALTER TABLE events ADD CONSTRAINT events_actor_kind_check
    CHECK (actor_kind IN ('member', 'person', 'invitee', 'system', 'token'));
