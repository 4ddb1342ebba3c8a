-- when somebody with the link, once it had expired, asked its issuer for a new one
ALTER TABLE activation_links ADD COLUMN asked_at timestamptz;
