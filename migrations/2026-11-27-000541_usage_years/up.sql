-- Records are kept by the year in which their file was created, which stands in the id of the file: a year is a table of its own, so that it
-- can be taken off as a whole.
CREATE TABLE usage_years (
    year integer PRIMARY KEY,
    made_at timestamptz NOT NULL DEFAULT now(),
    -- since when its records are no longer here
    archived_at timestamptz
);

CREATE FUNCTION usage_year(file text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT substr(file, 4, 4)::integer $$;

CREATE FUNCTION this_year() RETURNS integer LANGUAGE sql STABLE AS
    $$ SELECT extract(year FROM now() AT TIME ZONE 'UTC')::integer $$;

-- Has the records of a year lie in its table.
CREATE FUNCTION attach_usage_year(wanted integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE usage_records ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', 'usage_records_' || wanted,
        format('UF-%s-00-0000-0000', wanted), format('UF-%s-00-0000-0000', wanted + 1));
END $$;

-- Makes room for the records of a year, if there is none, and says whether there is: not when they were archived. It acts for whoever owns
-- the schema, since the role that serves makes no tables. The table is made first and attached then, so that nobody who reads others waits.
CREATE FUNCTION make_usage_year(wanted integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM usage_years WHERE year = wanted) THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('usage years', 0));
        IF wanted NOT BETWEEN 2000 AND this_year() + 1 THEN
            RAISE EXCEPTION 'no file is of the year %', wanted;
        END IF;
        INSERT INTO usage_years (year) VALUES (wanted) ON CONFLICT DO NOTHING;
        -- false when another program made it meanwhile
        IF FOUND THEN
            EXECUTE format('CREATE TABLE %I (LIKE usage_records INCLUDING ALL)', 'usage_records_' || wanted);
            PERFORM attach_usage_year(wanted);
        END IF;
    END IF;
    RETURN EXISTS (SELECT FROM usage_years WHERE year = wanted AND archived_at IS NULL);
END $$;

-- For an operator: takes the records of a year off and says which table they are in. Whatever is summed up of them stays.
CREATE FUNCTION archive_usage_year(gone integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    open text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('usage years', 0));
    IF gone >= this_year() THEN
        RAISE EXCEPTION 'the year % is not over', gone;
    END IF;
    SELECT id INTO open FROM usage_files WHERE usage_year(id) = gone AND status NOT IN ('draft', 'invalid', 'rejected', 'closed')
        ORDER BY id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'usage file % is not closed', open;
    END IF;
    UPDATE usage_years SET archived_at = now() WHERE year = gone AND archived_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there are no records of the year %', gone;
    END IF;
    EXECUTE format('ALTER TABLE usage_records DETACH PARTITION %I', 'usage_records_' || gone);
    RETURN 'usage_records_' || gone;
END $$;

-- And brings them back, once the table is there.
CREATE FUNCTION restore_usage_year(back integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('usage years', 0));
    UPDATE usage_years SET archived_at = NULL WHERE year = back AND archived_at IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the year % was not archived', back;
    END IF;
    PERFORM attach_usage_year(back);
END $$;

REVOKE EXECUTE ON FUNCTION attach_usage_year(integer), archive_usage_year(integer), restore_usage_year(integer) FROM PUBLIC;

-- The table becomes one of many, with all that it has: columns, keys, indexes, triggers.
DO $$
DECLARE
    before oid := 'usage_records'::regclass;
    columns text;
    made text[];
    one text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
        WHERE attrelid = before AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    SELECT array_agg(def ORDER BY place, def) INTO made FROM (
        SELECT CASE contype WHEN 'f' THEN 3 ELSE 1 END AS place,
            format('ALTER TABLE usage_records ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)) AS def
            FROM pg_constraint WHERE conrelid = before AND contype IN ('p', 'u', 'f')
        UNION ALL SELECT 2, pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = before
            AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = before AND c.conindid = i.indexrelid)
        UNION ALL SELECT 4, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = before AND NOT tgisinternal) d;
    ALTER TABLE usage_records RENAME TO usage_records_before;
    CREATE TABLE usage_records (LIKE usage_records_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE)
        PARTITION BY RANGE (file_id);
    PERFORM make_usage_year(y) FROM (
        SELECT DISTINCT usage_year(file_id) FROM usage_records_before UNION SELECT this_year() UNION SELECT this_year() + 1) d (y);
    EXECUTE format('INSERT INTO usage_records (%1$s) SELECT %1$s FROM usage_records_before', columns);
    DROP TABLE usage_records_before;
    FOREACH one IN ARRAY made LOOP
        EXECUTE one;
    END LOOP;
END $$;
