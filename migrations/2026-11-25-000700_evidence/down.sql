CREATE OR REPLACE FUNCTION refuse_change_of_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- a pending contract is deleted whole: its row is gone when the cascade comes here
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM contracts WHERE id = OLD.contract_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a signature of % is evidence: % is refused', OLD.contract_id, TG_OP;
END $$;
DROP TABLE checkpoints;
DROP TABLE withdrawn_signatures;
ALTER TABLE signatures DROP COLUMN mark, DROP COLUMN key, DROP COLUMN number;
