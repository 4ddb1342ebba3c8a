-- who asked for a link that sets a password, known or not; a job answers
CREATE TABLE password_reset_asks (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    address text NOT NULL,
    request text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX password_reset_asks_asked ON password_reset_asks (asked_at);
