ALTER TABLE activation_links DROP COLUMN asked_at;
