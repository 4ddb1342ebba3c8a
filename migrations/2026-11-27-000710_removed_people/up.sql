-- When a person was removed from the platform. The row stays, since what the person did and signed names it; nothing in it tells who it was.
ALTER TABLE users
    ADD COLUMN removed_at timestamptz,
    ADD CONSTRAINT users_removed CHECK (removed_at IS NULL OR (kind = 'person' AND password_hash IS NULL));

-- Whether the person whose trace is being removed in this transaction was removed: only then may a name in the trail be replaced.
CREATE FUNCTION is_forgetting() RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM users u WHERE u.id = current_setting('entente.removed_person', true) AND u.removed_at IS NOT NULL);

-- An event stays as it was written. What tells of a removed person who it was is replaced: the name, the address, and both in the note.
CREATE FUNCTION refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_forgetting()
        AND NEW.actor_name IN (OLD.actor_name, 'Removed person') AND NEW.address IN (OLD.address, '')
        -- what is generated is not there yet
        AND to_jsonb(NEW) - '{actor_name,address,note,search}'::text[] = to_jsonb(OLD) - '{actor_name,address,note,search}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% keeps what was written: % is refused', TG_TABLE_NAME, TG_OP;
END $$;
DROP TRIGGER events_are_final ON events;
CREATE TRIGGER events_are_final BEFORE UPDATE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_event();
CREATE TRIGGER events_stay BEFORE DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION refuse_change_within_a_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND is_forgetting() AND NEW.actor_name IN (OLD.actor_name, 'Removed person') AND NEW.email IN (OLD.email, '')
        AND to_jsonb(NEW) - '{actor_name,email,search}'::text[] = to_jsonb(OLD) - '{actor_name,email,search}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% keeps what was written for a year: % is refused', TG_TABLE_NAME, TG_OP;
END $$;

-- Takes from a person the name and the email, here and in both trails, and everything by which to sign in with a password. It may change
-- what is final, so it takes nothing but the person, and everything that it writes is fixed.
CREATE FUNCTION forget_person(person text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known record;
    pattern text;
    companies text[];
BEGIN
    SELECT u.name, u.email, u.email_key INTO known FROM users u
        WHERE u.id = person AND u.kind = 'person' AND u.removed_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is nobody who can be removed', person;
    END IF;
    companies := ARRAY(SELECT account_id FROM memberships WHERE user_id = person
        UNION SELECT account_id FROM events WHERE user_id = person AND account_id IS NOT NULL);
    UPDATE users SET name = 'Removed person', email = lower(id) || '@removed.invalid', email_key = lower(id) || '@removed.invalid',
        password_hash = NULL, password_set_at = NULL, time_zone = 'UTC', language = NULL, passkey_handle = NULL,
        removed_at = now(), revision = revision + 1
        WHERE id = person;
    PERFORM set_config('entente.removed_person', person, true);
    UPDATE events SET actor_name = 'Removed person', address = '' WHERE user_id = person;
    -- whoever came by a link was known by the name or the address alone
    UPDATE events e SET actor_name = 'Removed person', address = ''
        WHERE e.actor_kind = 'invitee' AND e.user_id IS NULL AND e.search LIKE holding(known.name) AND e.actor_name = known.name
        AND EXISTS (SELECT FROM events o WHERE o.object = person AND o.at = e.at AND o.request = e.request);
    -- the whole address: ann@a.example does not stand in joann@a.example, nor in ann@a.example.org
    pattern := '(?<![[:alnum:]._%+-])(' || regexp_replace(known.email, '([][*.+?^$(){}|\\-])', '\\\1', 'g') || '|'
        || regexp_replace(known.email_key, '([][*.+?^$(){}|\\-])', '\\\1', 'g') || ')(?![[:alnum:]-]|\.[[:alnum:]])';
    UPDATE events SET actor_name = 'Removed person', address = ''
        WHERE actor_kind = 'invitee' AND user_id IS NULL AND search LIKE holding(known.email) AND actor_name ~* ('^' || pattern || '$');
    UPDATE events SET note = regexp_replace(note, pattern, 'removed address', 'gi')
        WHERE (search LIKE holding(known.email) OR search LIKE holding(known.email_key)) AND note ~* pattern;
    -- a name is others' as well: it goes where it can only be meant for this person
    UPDATE events SET note = replace(note, known.name, 'Removed person')
        WHERE search LIKE holding(known.name) AND strpos(note, known.name) > 0
        AND (object = person OR account_id = ANY(companies) AND (name LIKE '%.assigned' OR name = 'account.handed_over'));
    UPDATE security_events SET actor_name = CASE actor_name WHEN '' THEN '' ELSE 'Removed person' END, email = '' WHERE user_id = person;
    PERFORM set_config('entente.removed_person', '', true);
END $$;

-- what is written down of security, as the program names it, and these two besides
DO $$
DECLARE
    known text;
BEGIN
    SELECT pg_get_constraintdef(oid) INTO known FROM pg_constraint
        WHERE conrelid = 'security_events'::regclass AND conname = 'security_events_name_check';
    ALTER TABLE security_events DROP CONSTRAINT security_events_name_check;
    EXECUTE 'ALTER TABLE security_events ADD CONSTRAINT security_events_name_check '
        || replace(known, '''key.rotated''::text', '''key.rotated''::text, ''person.removed''::text, ''person.exported''::text');
END $$;
