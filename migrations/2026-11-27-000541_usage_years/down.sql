DO $$
DECLARE
    before oid := 'usage_records'::regclass;
    columns text;
    made text[];
    one text;
BEGIN
    IF EXISTS (SELECT FROM usage_years WHERE archived_at IS NOT NULL) THEN
        RAISE EXCEPTION 'some years are archived: restore them first';
    END IF;
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns FROM pg_attribute
        WHERE attrelid = before AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    SELECT array_agg(def ORDER BY place, def) INTO made FROM (
        SELECT CASE contype WHEN 'f' THEN 3 ELSE 1 END AS place,
            format('ALTER TABLE usage_records ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)) AS def
            FROM pg_constraint WHERE conrelid = before AND contype IN ('p', 'u', 'f')
        UNION ALL SELECT 2, pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = before
            AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = before AND c.conindid = i.indexrelid)
        UNION ALL SELECT 4, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = before AND NOT tgisinternal) d;
    ALTER TABLE usage_records RENAME TO usage_records_by_year;
    CREATE TABLE usage_records
        (LIKE usage_records_by_year INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE);
    EXECUTE format('INSERT INTO usage_records (%1$s) SELECT %1$s FROM usage_records_by_year', columns);
    DROP TABLE usage_records_by_year;
    FOREACH one IN ARRAY made LOOP
        EXECUTE one;
    END LOOP;
END $$;
DROP FUNCTION restore_usage_year(integer);
DROP FUNCTION archive_usage_year(integer);
DROP FUNCTION make_usage_year(integer);
DROP FUNCTION attach_usage_year(integer);
DROP FUNCTION this_year();
DROP FUNCTION usage_year(text);
DROP TABLE usage_years;
