CREATE TABLE sessions (
    -- SHA-256 of the cookie's key: a stolen table opens nothing
    key_hash bytea PRIMARY KEY,
    -- how the profile names a session without its key
    id uuid NOT NULL UNIQUE,
    user_id text NOT NULL REFERENCES users,
    address text NOT NULL,
    agent text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sessions_user ON sessions (user_id, seen_at);

-- failures counted by what they were aimed at and where they came from
CREATE TABLE throttles (
    key text PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL
);
CREATE INDEX throttles_last ON throttles (last_at);

CREATE TABLE password_resets (
    id uuid PRIMARY KEY,
    user_id text NOT NULL REFERENCES users,
    -- the link's code is derived from this and the server's key
    nonce bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX password_resets_user ON password_resets (user_id);
