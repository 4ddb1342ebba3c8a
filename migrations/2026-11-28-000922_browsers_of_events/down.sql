CREATE OR REPLACE FUNCTION refuse_change_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_forgetting()
        AND NEW.actor_name IN (OLD.actor_name, 'Removed person') AND NEW.address IN (OLD.address, '')
        -- what is generated is not there yet
        AND to_jsonb(NEW) - '{actor_name,address,note,search}'::text[] = to_jsonb(OLD) - '{actor_name,address,note,search}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% keeps what was written: % is refused', TG_TABLE_NAME, TG_OP;
END $$;
ALTER TABLE events DROP COLUMN agent;
