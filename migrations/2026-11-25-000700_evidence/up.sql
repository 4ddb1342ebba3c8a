-- each signature has its place among all, and a mark that only the holder of the server's key can make; those from before have none
-- and are anchored by the first checkpoint
ALTER TABLE signatures
    ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    -- the id of the key that the mark was made with
    ADD COLUMN key text CHECK (key ~ '^[0-9a-f]{8}$'),
    ADD COLUMN mark text CHECK (mark ~ '^[0-9a-f]{64}$'),
    ADD CONSTRAINT signatures_marked CHECK ((key IS NULL) = (mark IS NULL));

-- signatures that went with a pending contract that was deleted: what they were, in one hash
CREATE TABLE withdrawn_signatures (
    number bigint PRIMARY KEY,
    contract text NOT NULL,
    at timestamptz NOT NULL,
    digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    key text NOT NULL,
    mark text NOT NULL
);
CREATE TRIGGER withdrawn_signatures_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON withdrawn_signatures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- how all signatures stood at one moment: their number, the last one, one hash over all
CREATE TABLE checkpoints (
    number bigint PRIMARY KEY CHECK (number > 0),
    at timestamptz NOT NULL,
    signatures bigint NOT NULL,
    last bigint NOT NULL,
    digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    key text NOT NULL,
    mark text NOT NULL
);
CREATE TRIGGER checkpoints_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION refuse_change_of_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- a pending contract is deleted whole: its row is gone when the cascade comes here, and what is lost was noted
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM contracts WHERE id = OLD.contract_id)
        AND EXISTS (SELECT FROM withdrawn_signatures WHERE number = OLD.number) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a signature of % is evidence: % is refused', OLD.contract_id, TG_OP;
END $$;
