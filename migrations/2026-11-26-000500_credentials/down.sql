ALTER TABLE events DROP COLUMN credential;
