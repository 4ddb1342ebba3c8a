ALTER TABLE accounts DROP COLUMN brand;
