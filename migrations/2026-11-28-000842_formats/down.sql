ALTER TABLE users DROP COLUMN number_signs, DROP COLUMN clock, DROP COLUMN date_order;
