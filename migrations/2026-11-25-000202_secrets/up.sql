-- values of parameters of the type Password are sealed with a key that the database does not know; what is over stays as it was but
-- for that
CREATE OR REPLACE FUNCTION refuse_change_of_ended_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('entente.sealing', true) = 'on'
        AND to_jsonb(OLD) - '{parameter_values,search}'::text[] = to_jsonb(NEW) - '{parameter_values,search}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is %: it is over', OLD.id, OLD.status;
END $$;
