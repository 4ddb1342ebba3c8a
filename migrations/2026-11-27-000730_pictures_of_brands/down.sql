ALTER TABLE brands DROP COLUMN pictures_revision;
