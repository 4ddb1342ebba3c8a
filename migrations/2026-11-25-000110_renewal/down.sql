DROP INDEX signatures_one_each_extension;
DROP INDEX signatures_one_each;
ALTER TABLE signatures
    DROP COLUMN extension,
    ADD UNIQUE (contract_id, version, party);
DROP TABLE contract_extensions;
CREATE OR REPLACE FUNCTION refuse_deletion_of_signed_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'pending' OR OLD.type = 'distribution' THEN
        RAISE EXCEPTION 'contract % is %: only a pending contract may be deleted', OLD.id, OLD.status;
    END IF;
    RETURN OLD;
END $$;
DROP INDEX contracts_one_enrolled;
CREATE UNIQUE INDEX contracts_one_enrolled ON contracts (signee_id, agreement_id)
    WHERE type = 'distribution' AND status IN ('enrolling', 'pending', 'active');
DROP INDEX contracts_predecessor;
DROP INDEX contracts_one_successor;
ALTER TABLE contracts
    DROP CONSTRAINT contracts_signee,
    DROP CONSTRAINT contracts_activated,
    DROP COLUMN predecessor_id;
ALTER TABLE contracts
    DROP CONSTRAINT contracts_id_type_kind_issuer_id_signee_id_key,
    ADD CONSTRAINT contracts_signee CHECK (
        CASE WHEN type = 'distribution' THEN signee_id IS NOT NULL
        ELSE (status IN ('pending', 'rejected')) = (signee_id IS NULL) END),
    ADD CONSTRAINT contracts_activated CHECK (
        CASE WHEN type = 'distribution' THEN (status IN ('active', 'terminated')) = (activated_at IS NOT NULL)
        ELSE (signee_id IS NULL) = (activated_at IS NULL) END);
