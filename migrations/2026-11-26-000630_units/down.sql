ALTER TABLE request_items DROP CONSTRAINT request_items_unit_fkey;
ALTER TABLE items DROP CONSTRAINT items_unit_fkey, ADD CONSTRAINT items_unit_check CHECK (unit ~ '^[a-z_]+$');
DROP TABLE units;
