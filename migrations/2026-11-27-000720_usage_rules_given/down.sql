DELETE FROM usage_rules WHERE NOT given;
ALTER TABLE usage_rules DROP COLUMN given;
