-- a file is kept as it came and checked by a job; what is to be done is done in turns, by whoever holds the import
ALTER TABLE customer_imports
    DROP CONSTRAINT customer_imports_state_check,
    ADD CONSTRAINT customer_imports_state_check
        CHECK (state IN ('reading', 'refused', 'checked', 'applying', 'stopped', 'done')),
    ADD COLUMN kind text NOT NULL DEFAULT 'csv' CHECK (kind IN ('xlsx', 'csv')),
    -- which column is where; known once the header is read
    ADD COLUMN layout jsonb,
    -- why the file cannot be read, or why applying ended early
    ADD COLUMN complaint text NOT NULL DEFAULT '',
    -- how often the file was sent and checked
    ADD COLUMN round integer NOT NULL DEFAULT 1 CHECK (round > 0),
    -- how often a check of this round was begun
    ADD COLUMN attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN applied_by_id text REFERENCES users,
    -- the turn of the last row that was applied, beside position
    ADD COLUMN turn smallint NOT NULL DEFAULT 0,
    -- rows that were read, or that were to be applied in this round, and how many of those are done
    ADD COLUMN work integer NOT NULL DEFAULT 0,
    ADD COLUMN finished integer NOT NULL DEFAULT 0,
    -- which fields the updates change, and how often
    ADD COLUMN changes jsonb NOT NULL DEFAULT '[]',
    -- one program at a time works on an import
    ADD COLUMN leased_by uuid,
    ADD COLUMN leased_until timestamptz;
DROP INDEX customer_imports_applying;
CREATE INDEX customer_imports_waiting ON customer_imports (state, updated_at) WHERE state IN ('reading', 'applying');
CREATE INDEX customer_imports_applied_by ON customer_imports (applied_by_id);

-- apart from the import, since it is large
CREATE TABLE customer_import_files (
    import_id uuid PRIMARY KEY REFERENCES customer_imports ON DELETE CASCADE,
    bytes bytea NOT NULL
);
-- workbooks are packed already, and packing ten megabytes of text takes longer than writing them
ALTER TABLE customer_import_files ALTER COLUMN bytes SET STORAGE EXTERNAL;

ALTER TABLE customer_import_rows
    ADD COLUMN warning text NOT NULL DEFAULT '',
    -- field by field what an update changes
    ADD COLUMN changes jsonb NOT NULL DEFAULT '[]',
    -- of the account that is updated, when it was checked
    ADD COLUMN version integer,
    -- parents before what stands below them, then updates, then moves
    ADD COLUMN turn smallint NOT NULL DEFAULT 0,
    ADD COLUMN round integer NOT NULL DEFAULT 1;
-- applying changes every row's result; so few indexes as can be follow
DROP INDEX customer_import_rows_result;
CREATE INDEX customer_import_rows_next ON customer_import_rows (import_id, turn, number)
    WHERE result IN ('create', 'update');
CREATE INDEX customer_import_rows_warned ON customer_import_rows (import_id, number) WHERE warning <> '';

-- their files were not kept, so they cannot be checked by the new rules
UPDATE customer_imports SET state = 'refused', complaint = 'Entente was updated after this check. Send the file again.'
    WHERE state = 'checked';
UPDATE customer_imports SET state = 'stopped', complaint = 'Entente was updated meanwhile. Send the file again to go on.'
    WHERE state = 'applying';
