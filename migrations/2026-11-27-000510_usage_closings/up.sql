-- records that were closed on their own: how each was billed, when and by whom; a record itself is never changed
CREATE TABLE usage_closings (
    file_id text NOT NULL REFERENCES usage_files,
    -- the record in its file
    number integer NOT NULL,
    billing_reference text NOT NULL CHECK (char_length(billing_reference) BETWEEN 1 AND 200),
    billing_note text NOT NULL DEFAULT '' CHECK (char_length(billing_note) <= 200),
    closed_at timestamptz NOT NULL,
    closer_id text NOT NULL REFERENCES users,
    -- so often it was said how it was billed
    revision integer NOT NULL DEFAULT 1,
    PRIMARY KEY (file_id, number)
);
CREATE INDEX usage_closings_closer ON usage_closings (closer_id);

CREATE FUNCTION refuse_closing_of_open_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT file_id FROM touched) t JOIN usage_files f ON f.id = t.file_id WHERE f.status <> 'accepted') THEN
        RAISE EXCEPTION 'only records of an accepted file are closed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER usage_closings_of_accepted AFTER INSERT ON usage_closings REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_closing_of_open_usage();
-- how a record was billed may be said otherwise, but it is never open again
CREATE TRIGGER usage_closings_stay BEFORE DELETE ON usage_closings FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- a file is closed with a bill of its own, or when its last record is
ALTER TABLE usage_files
    -- records that were closed on their own or with their hub, so that nobody walks over them
    ADD COLUMN closed integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT usage_files_closed_of_records CHECK (closed BETWEEN 0 AND records),
    DROP CONSTRAINT usage_files_check3,
    ADD CONSTRAINT usage_files_closed_is_billed CHECK (status <> 'closed' OR billing_reference <> '' OR closed = records);
