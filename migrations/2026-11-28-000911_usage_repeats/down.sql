ALTER TABLE usage_uploads DROP COLUMN repeats, DROP COLUMN repeated_by;
