-- whoever saves pictures second sees that somebody else has saved
ALTER TABLE brands ADD COLUMN pictures_revision integer NOT NULL DEFAULT 0;
