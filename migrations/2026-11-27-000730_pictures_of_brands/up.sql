-- who sends pictures second sees that somebody else did meanwhile
ALTER TABLE brands ADD COLUMN pictures_revision integer NOT NULL DEFAULT 0;
