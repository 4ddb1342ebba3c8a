ALTER TABLE usage_faults DROP COLUMN others, DROP COLUMN more;
DROP TABLE usage_mapped;
DROP TABLE usage_mappings;
