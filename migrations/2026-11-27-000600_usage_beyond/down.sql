ALTER TABLE usage_apart DROP COLUMN beyond, DROP COLUMN beyond_amount, DROP COLUMN beyond_days;
