-- amounts that say what each tier pays for the same usage have no sum
UPDATE usage_files SET amount = NULL WHERE schema NOT IN ('CR', 'PR');
ALTER TABLE usage_files ADD CONSTRAINT usage_files_amount_of_schema CHECK (amount IS NULL OR schema IN ('CR', 'PR'));

-- what the marketplace's owner has seen once is kept
CREATE FUNCTION refuse_deletion_of_submitted_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'usage file % was submitted, so it is kept', OLD.id;
END $$;
CREATE TRIGGER usage_files_are_kept BEFORE DELETE ON usage_files
    FOR EACH ROW WHEN (OLD.submitted_at IS NOT NULL) EXECUTE FUNCTION refuse_deletion_of_submitted_usage();
-- and stays seen
CREATE TRIGGER usage_files_stay_submitted BEFORE UPDATE ON usage_files
    FOR EACH ROW WHEN (OLD.submitted_at IS NOT NULL AND NEW.submitted_at IS DISTINCT FROM OLD.submitted_at)
    EXECUTE FUNCTION refuse_change();
