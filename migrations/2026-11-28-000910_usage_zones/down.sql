ALTER TABLE usage_files DROP COLUMN zone;
