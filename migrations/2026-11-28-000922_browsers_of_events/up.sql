-- What the browser or program called itself that an act came from.
ALTER TABLE events ADD COLUMN agent text NOT NULL DEFAULT '';

-- An event stays as it was written. What tells of a removed person who it was is replaced: the name, the address with the browser, and the
-- name in the note.
CREATE OR REPLACE FUNCTION refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_forgetting()
        AND NEW.actor_name IN (OLD.actor_name, 'Removed person') AND NEW.address IN (OLD.address, '')
        -- what is generated is not there yet
        AND to_jsonb(NEW) - '{actor_name,address,note,search}'::text[] = to_jsonb(OLD) - '{actor_name,address,note,search}'::text[] THEN
        IF NEW.address = '' THEN
            NEW.agent := '';
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% keeps what was written: % is refused', TG_TABLE_NAME, TG_OP;
END $$;
