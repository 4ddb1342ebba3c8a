DROP TABLE usage_items;
ALTER TABLE items DROP COLUMN dynamic;
ALTER TABLE products DROP COLUMN usage_dynamic;
