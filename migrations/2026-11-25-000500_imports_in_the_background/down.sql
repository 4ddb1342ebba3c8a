DROP INDEX customer_import_rows_warned;
DROP INDEX customer_import_rows_next;
CREATE INDEX customer_import_rows_result ON customer_import_rows (import_id, result, number);
ALTER TABLE customer_import_rows
    DROP COLUMN warning,
    DROP COLUMN changes,
    DROP COLUMN version,
    DROP COLUMN turn,
    DROP COLUMN round;
DROP TABLE customer_import_files;
DROP INDEX customer_imports_applied_by;
DROP INDEX customer_imports_waiting;
-- what the older program does not know
DELETE FROM customer_imports WHERE state IN ('reading', 'refused');
UPDATE customer_imports SET state = 'done' WHERE state = 'stopped';
ALTER TABLE customer_imports
    DROP COLUMN kind,
    DROP COLUMN layout,
    DROP COLUMN complaint,
    DROP COLUMN round,
    DROP COLUMN attempts,
    DROP COLUMN applied_by_id,
    DROP COLUMN turn,
    DROP COLUMN work,
    DROP COLUMN finished,
    DROP COLUMN changes,
    DROP COLUMN leased_by,
    DROP COLUMN leased_until,
    DROP CONSTRAINT customer_imports_state_check,
    ADD CONSTRAINT customer_imports_state_check CHECK (state IN ('checked', 'applying', 'done'));
CREATE INDEX customer_imports_applying ON customer_imports (updated_at) WHERE state = 'applying';
