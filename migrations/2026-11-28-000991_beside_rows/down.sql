ALTER TABLE usage_uploads DROP COLUMN beyond, DROP COLUMN hidden_amount;
