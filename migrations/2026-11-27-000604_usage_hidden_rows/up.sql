-- rows of a workbook that nobody sees who opens it: they are read like all others, and it is said how many there are
ALTER TABLE usage_uploads ADD COLUMN hidden integer NOT NULL DEFAULT 0;
