ALTER TABLE products DROP COLUMN usage_reservations;
