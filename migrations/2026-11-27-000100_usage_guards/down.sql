DROP TRIGGER usage_files_stay_submitted ON usage_files;
DROP TRIGGER usage_files_are_kept ON usage_files;
DROP FUNCTION refuse_deletion_of_submitted_usage;
ALTER TABLE usage_files DROP CONSTRAINT usage_files_amount_of_schema;
