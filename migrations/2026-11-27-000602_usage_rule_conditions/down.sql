ALTER TABLE usage_rules DROP COLUMN usual, DROP COLUMN controlled;
