ALTER TABLE usage_apart DROP COLUMN late, DROP COLUMN late_amount, DROP COLUMN future, DROP COLUMN future_amount;
ALTER TABLE products DROP COLUMN usage_late, DROP COLUMN usage_future;
