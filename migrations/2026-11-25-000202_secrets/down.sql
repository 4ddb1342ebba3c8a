CREATE OR REPLACE FUNCTION refuse_change_of_ended_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is %: it is over', OLD.id, OLD.status;
END $$;
