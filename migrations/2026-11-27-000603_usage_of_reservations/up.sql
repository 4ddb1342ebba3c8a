-- whether records of a product may be of items that are ordered in quantities: what was used of them
ALTER TABLE products ADD COLUMN usage_reservations boolean NOT NULL DEFAULT false;
