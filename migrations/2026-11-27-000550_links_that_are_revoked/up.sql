-- A link that its issuer has revoked opens nothing, while its contract waits: the next one that is sent or renewed takes its place.
ALTER TABLE activation_links ADD COLUMN revoked_at timestamptz;
