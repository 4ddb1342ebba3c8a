-- what a program's act was answered with, so that the same call again is answered the same and does nothing; written in the act's own
-- transaction, kept for a day
CREATE TABLE idempotency_keys (
    user_id text NOT NULL REFERENCES users,
    key text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    -- SHA-256 of the method, the address and the body: another call must not bear the same key
    request bytea NOT NULL CHECK (octet_length(request) = 32),
    -- the three are empty while the act runs, which nobody else sees
    status smallint CHECK (status BETWEEN 200 AND 299),
    body text,
    revision integer,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
