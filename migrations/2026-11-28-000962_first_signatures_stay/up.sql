-- a first signature is evidence as every other is
CREATE FUNCTION refuse_change_of_first_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- a pending contract is deleted whole: its row is gone when the cascade comes here
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM contracts WHERE id = OLD.contract_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a signature of % is evidence: % is refused', OLD.contract_id, TG_OP;
END $$;
CREATE TRIGGER first_signatures_are_final BEFORE UPDATE OR DELETE ON first_signatures
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_first_signature();
CREATE TRIGGER first_signatures_stay BEFORE TRUNCATE ON first_signatures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
