DO $$
DECLARE
    known text;
BEGIN
    SELECT pg_get_constraintdef(oid) INTO known FROM pg_constraint
        WHERE conrelid = 'security_events'::regclass AND conname = 'security_events_name_check';
    ALTER TABLE security_events DROP CONSTRAINT security_events_name_check;
    ALTER TABLE security_events DISABLE TRIGGER security_events_are_final;
    DELETE FROM security_events WHERE name IN ('person.removed', 'person.exported');
    ALTER TABLE security_events ENABLE TRIGGER security_events_are_final;
    EXECUTE 'ALTER TABLE security_events ADD CONSTRAINT security_events_name_check '
        || replace(known, ', ''person.removed''::text, ''person.exported''::text', '');
END $$;
DROP FUNCTION forget_person(text);
CREATE OR REPLACE FUNCTION refuse_change_within_a_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% keeps what was written for a year: % is refused', TG_TABLE_NAME, TG_OP;
END $$;
CREATE OR REPLACE FUNCTION refuse_change_of_ended_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('entente.sealing', true) = 'on'
        AND to_jsonb(OLD) - '{parameter_values,search}'::text[] = to_jsonb(NEW) - '{parameter_values,search}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is %: it is over', OLD.id, OLD.status;
END $$;
DROP TRIGGER tier_account_versions_stay ON tier_account_versions;
DROP TRIGGER tier_account_versions_are_final ON tier_account_versions;
DROP FUNCTION refuse_change_of_kept_customer();
CREATE TRIGGER tier_account_versions_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON tier_account_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TRIGGER events_stay ON events;
DROP TRIGGER events_are_final ON events;
DROP FUNCTION refuse_change_of_event();
DROP FUNCTION is_forgetting();
CREATE TRIGGER events_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE users DROP CONSTRAINT users_removed, DROP COLUMN removed_at;
