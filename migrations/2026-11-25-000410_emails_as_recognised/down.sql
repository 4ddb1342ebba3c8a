ALTER TABLE users DROP COLUMN email_key;
ALTER TABLE users ADD COLUMN email_key text NOT NULL GENERATED ALWAYS AS (lower(email)) STORED;
CREATE UNIQUE INDEX users_email ON users (email_key);
