ALTER TABLE usage_uploads DROP COLUMN hidden;
