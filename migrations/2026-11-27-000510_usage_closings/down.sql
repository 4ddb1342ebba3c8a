-- what was closed record by record names one of its bills
UPDATE usage_files f SET billing_reference = (SELECT min(c.billing_reference) FROM usage_closings c WHERE c.file_id = f.id)
    WHERE f.status = 'closed' AND f.billing_reference = '';
ALTER TABLE usage_files
    DROP CONSTRAINT usage_files_closed_is_billed,
    DROP CONSTRAINT usage_files_closed_of_records,
    DROP COLUMN closed,
    ADD CONSTRAINT usage_files_check3 CHECK (status <> 'closed' OR billing_reference <> '');
DROP TABLE usage_closings;
DROP FUNCTION refuse_closing_of_open_usage();
