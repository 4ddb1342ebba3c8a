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

-- A state that a customer was in stays as it was kept, but for the name of a removed person who made it.
CREATE FUNCTION refuse_change_of_kept_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_forgetting() AND NEW.author IN (OLD.author, 'Removed person')
        AND to_jsonb(NEW) - 'author' = to_jsonb(OLD) - 'author' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% keeps what was written: % is refused', TG_TABLE_NAME, TG_OP;
END $$;
DROP TRIGGER tier_account_versions_are_final ON tier_account_versions;
CREATE TRIGGER tier_account_versions_are_final BEFORE UPDATE ON tier_account_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_kept_customer();
CREATE TRIGGER tier_account_versions_stay BEFORE DELETE OR TRUNCATE ON tier_account_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- And so does a request that is over, but for the name of whoever withdrew it.
CREATE OR REPLACE FUNCTION refuse_change_of_ended_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('entente.sealing', true) = 'on'
        AND to_jsonb(OLD) - '{parameter_values,search}'::text[] = to_jsonb(NEW) - '{parameter_values,search}'::text[] THEN
        RETURN NEW;
    END IF;
    IF TG_TABLE_NAME = 'fulfillment_requests' AND is_forgetting() THEN
        IF OLD.reason LIKE 'Withdrawn by %' AND NEW.reason LIKE 'Withdrawn by Removed person, %'
            AND right(OLD.reason, length(NEW.reason) - 27) = substr(NEW.reason, 28)
            AND to_jsonb(NEW) - '{reason,search}'::text[] = to_jsonb(OLD) - '{reason,search}'::text[] THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is %: it is over', OLD.id, OLD.status;
END $$;

-- Takes from a person the name and the email, here, in both trails and where a name was kept beside what was done, and everything by which to
-- sign in with a password. It may change what is final, so it takes nothing but the person, and everything that it writes is fixed.
CREATE FUNCTION forget_person(person text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known record;
    pattern text;
    companies text[];
    called text[];
    one text;
BEGIN
    SELECT u.name, u.email, u.email_key INTO known FROM users u
        WHERE u.id = person AND u.kind = 'person' AND u.removed_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is nobody who can be removed', person;
    END IF;
    companies := ARRAY(SELECT account_id FROM memberships WHERE user_id = person
        UNION SELECT account_id FROM events WHERE user_id = person AND account_id IS NOT NULL);
    -- also as the person was called before; the longest first, since one may stand in another
    called := ARRAY(SELECT n.name FROM (SELECT known.name AS name UNION SELECT actor_name FROM events WHERE user_id = person) n
        WHERE n.name <> '' ORDER BY length(n.name) DESC);
    UPDATE users SET name = 'Removed person', email = lower(id) || '@removed.invalid', email_key = lower(id) || '@removed.invalid',
        password_hash = NULL, password_set_at = NULL, time_zone = 'UTC', language = NULL, passkey_handle = NULL,
        removed_at = now(), revision = revision + 1
        WHERE id = person;
    PERFORM set_config('entente.removed_person', person, true);
    UPDATE tier_account_versions SET author = 'Removed person' WHERE author_id = person;
    UPDATE fulfillment_requests r SET reason = 'Withdrawn by Removed person' || substr(r.reason, length('Withdrawn by ' || e.actor_name) + 1)
        FROM events e WHERE e.user_id = person AND e.name = 'fulfillment_request.withdrawn' AND r.id = e.object
        AND starts_with(r.reason, 'Withdrawn by ' || e.actor_name || ', ');
    -- whoever takes a request over, or gives it back, is named by the note as well
    UPDATE events SET note = 'Removed person' WHERE user_id = person AND note = actor_name AND name ~ '\.(un)?assigned$';
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
    FOREACH one IN ARRAY called LOOP
        UPDATE events SET note = replace(note, one, 'Removed person') WHERE object = person AND strpos(note, one) > 0;
        UPDATE events SET note = 'Removed person' || substr(note, length(one) + 1)
            WHERE account_id = ANY(companies) AND search LIKE holding(one) AND name = 'account.handed_over'
            AND starts_with(note, one || ' → ');
        UPDATE events SET note = left(note, -length(one)) || 'Removed person'
            WHERE account_id = ANY(companies) AND search LIKE holding(one) AND name = 'account.handed_over'
            AND right(note, length(one) + 3) = ' → ' || one;
    END LOOP;
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
