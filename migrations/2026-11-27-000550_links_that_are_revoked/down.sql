ALTER TABLE activation_links DROP COLUMN revoked_at;
