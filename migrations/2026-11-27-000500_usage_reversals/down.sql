DROP TABLE usage_apart;
DROP TABLE usage_corrections;
DROP TABLE usage_reversals;
ALTER TABLE usage_files DROP CONSTRAINT usage_files_amount_check,
    ADD CONSTRAINT usage_files_amount_check CHECK (amount ~ '^[0-9]+([.][0-9]+)?$');
ALTER TABLE usage_records ADD CONSTRAINT usage_records_quantity_check CHECK (quantity >= 0),
    ADD CONSTRAINT usage_records_amount_check CHECK (amount >= 0);
