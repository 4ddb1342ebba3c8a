-- What devices know a person by: nothing else is stored on them.
ALTER TABLE users ADD COLUMN passkey_handle uuid UNIQUE;

-- A key that a device keeps for one person and one host name, shown in place of a code of the authenticator app.
CREATE TABLE passkeys (
    id uuid PRIMARY KEY,
    user_id text NOT NULL REFERENCES users,
    host text NOT NULL,
    name text COLLATE people NOT NULL CHECK (char_length(name) BETWEEN 1 AND 64),
    -- by what the device names it, in base64
    credential text NOT NULL,
    -- the public half, as the library keeps it
    public_key jsonb NOT NULL,
    -- how often the device says to have used it; 0 for ever where it does not count
    counter bigint NOT NULL CHECK (counter >= 0),
    created_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential);
CREATE INDEX passkeys_user_id ON passkeys (user_id, host);

-- What a device was asked and has to answer: once, within minutes, to who asked.
CREATE TABLE passkey_ceremonies (
    id uuid PRIMARY KEY,
    user_id text NOT NULL REFERENCES users,
    -- a session, or the key of a half sign-in
    holder bytea NOT NULL,
    host text NOT NULL,
    -- of the passkey that is made; none when one is shown
    name text COLLATE people,
    options jsonb NOT NULL,
    state jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX passkey_ceremonies_user_id ON passkey_ceremonies (user_id);

ALTER TABLE sessions
    DROP CONSTRAINT sessions_factor_check,
    ADD CONSTRAINT sessions_factor_check CHECK (factor IN ('none', 'authenticator', 'recovery_code', 'passkey')),
    -- the passkey that it was begun with
    ADD COLUMN passkey uuid;
