ALTER TABLE usage_uploads DROP COLUMN dated, DROP COLUMN rounded;
