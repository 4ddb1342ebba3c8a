DROP FUNCTION fill_search_entries();
DROP FUNCTION keep_search(text, text, text, text[], text, text, text);
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'keep\_search\_of\_%' LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', made.name);
    END LOOP;
    FOR made IN SELECT table_name AS name FROM information_schema.views WHERE table_schema = 'public' AND table_name LIKE 'search\_of\_%' LOOP
        EXECUTE format('DROP VIEW %I', made.name);
    END LOOP;
END $$;
DROP TABLE search_entries;
DROP FUNCTION search_beginning(text, text, text);
DROP FUNCTION search_keys(text, text, text);
DROP FUNCTION search_bucket(text, text);
