DROP TABLE messages;
CREATE OR REPLACE FUNCTION refuse_deletion_of_signed_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'pending' THEN
        RAISE EXCEPTION 'contract % is %: only a pending contract may be deleted', OLD.id, OLD.status;
    END IF;
    RETURN OLD;
END $$;
DROP INDEX contracts_one_enrolled;
ALTER TABLE contracts
    DROP CONSTRAINT contracts_auto,
    DROP CONSTRAINT contracts_enrolling,
    DROP CONSTRAINT contracts_activated,
    DROP CONSTRAINT contracts_signee,
    DROP CONSTRAINT contracts_status_check,
    DROP CONSTRAINT contracts_id_check,
    DROP CONSTRAINT contracts_type_check,
    DROP COLUMN auto_accepted;
ALTER TABLE contracts
    ADD CONSTRAINT contracts_type_check CHECK (type IN ('program', 'service')),
    ADD CONSTRAINT contracts_id_check CHECK (id ~ '^CR[PS]-[0-9]{5}-[0-9]{5}-[0-9]{5}$'),
    ADD CONSTRAINT contracts_status_check CHECK (status IN ('pending', 'active', 'rejected', 'terminated')),
    ADD CONSTRAINT contracts_check2 CHECK ((status IN ('pending', 'rejected')) = (signee_id IS NULL)),
    ADD CONSTRAINT contracts_check4 CHECK ((signee_id IS NULL) = (activated_at IS NULL));
ALTER TABLE agreements
    DROP COLUMN auto_accept,
    DROP COLUMN marketplace_id,
    DROP COLUMN parent_type,
    DROP COLUMN parent_id,
    DROP CONSTRAINT agreements_id_check,
    DROP CONSTRAINT agreements_type_check;
ALTER TABLE agreements
    ADD CONSTRAINT agreements_type_check CHECK (type IN ('program', 'service')),
    ADD CONSTRAINT agreements_id_check CHECK (id ~ '^AG[PS]-[0-9]{3}-[0-9]{3}-[0-9]{3}$');
