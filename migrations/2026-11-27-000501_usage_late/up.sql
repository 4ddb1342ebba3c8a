-- whether records of a product may lie before the period of their file, and behind it
ALTER TABLE products ADD COLUMN usage_late boolean NOT NULL DEFAULT false, ADD COLUMN usage_future boolean NOT NULL DEFAULT false;
ALTER TABLE usage_apart
    ADD COLUMN late integer NOT NULL DEFAULT 0, ADD COLUMN late_amount text,
    ADD COLUMN future integer NOT NULL DEFAULT 0, ADD COLUMN future_amount text;
