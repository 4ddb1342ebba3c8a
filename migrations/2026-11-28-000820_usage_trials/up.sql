-- a report that is only tried out, and too long to be checked while somebody waits. A file has one at most, for a day
CREATE TABLE usage_trials (
    file_id text PRIMARY KEY REFERENCES usage_files ON DELETE CASCADE,
    file_name text NOT NULL,
    upload uuid NOT NULL UNIQUE REFERENCES file_uploads,
    sent_at timestamptz NOT NULL,
    -- what it is read with, where that is a mapping, as it was then
    mapping text COLLATE people,
    version integer,
    definition jsonb,
    -- what its vendor says that it comes to
    control_rows integer CHECK (control_rows >= 0),
    control_total text,
    -- rows that were read, and how many of them are wrong
    work integer NOT NULL DEFAULT 0,
    wrong integer NOT NULL DEFAULT 0,
    -- how often the check of it was begun
    attempts integer NOT NULL DEFAULT 0,
    -- one program at a time works on it
    leased_by uuid,
    leased_until timestamptz,
    -- what was found, once all rows are read
    outcome jsonb,
    CHECK ((mapping IS NULL) = (definition IS NULL) AND (mapping IS NULL) = (version IS NULL))
);
CREATE INDEX usage_trials_waiting ON usage_trials (sent_at) WHERE outcome IS NULL;
CREATE TRIGGER usage_trials_forget AFTER DELETE ON usage_trials FOR EACH ROW EXECUTE FUNCTION forget_upload();
