CREATE OR REPLACE FUNCTION words_of_sight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search := coalesce((SELECT v.search FROM products p JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version
        WHERE p.id = NEW.product_id), '');
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION renew_words_of_sight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sight SET search = coalesce((SELECT v.search FROM product_versions v WHERE v.product_id = NEW.id AND v.number = NEW.public_version), '')
        WHERE product_id = NEW.id;
    RETURN NULL;
END $$;
DROP INDEX sight_category;
DELETE FROM sight WHERE why <> 'listing';
ALTER TABLE sight
    DROP COLUMN category,
    DROP CONSTRAINT sight_why_check,
    ADD CONSTRAINT sight_why_check CHECK (why IN ('listing'));
ALTER TABLE listings
    DROP COLUMN paused_at,
    DROP COLUMN pause_note;
DROP TRIGGER contracts_close_source ON contracts;
DROP FUNCTION close_contract_source;
DROP TABLE contract_sources;

CREATE OR REPLACE FUNCTION refuse_deletion_of_signed_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'pending' OR (OLD.type = 'distribution' AND OLD.predecessor_id IS NULL) THEN
        RAISE EXCEPTION 'contract % is %: only a pending contract may be deleted', OLD.id, OLD.status;
    END IF;
    RETURN OLD;
END $$;
DROP INDEX contracts_referral;
DROP INDEX contracts_one_active;
DROP INDEX contracts_to_approve;
ALTER TABLE contracts
    DROP CONSTRAINT contracts_referred,
    DROP CONSTRAINT contracts_never_referral,
    DROP CONSTRAINT contracts_type_check,
    DROP CONSTRAINT contracts_id_check,
    DROP CONSTRAINT contracts_signee,
    DROP CONSTRAINT contracts_activated,
    DROP COLUMN referral_agreement_id,
    ADD CONSTRAINT contracts_type_check CHECK (type IN ('program', 'distribution', 'service')),
    ADD CONSTRAINT contracts_id_check CHECK (id ~ '^CR[PDS]-[0-9]{5}-[0-9]{5}-[0-9]{5}$'),
    ADD CONSTRAINT contracts_signee CHECK (
        CASE WHEN type = 'distribution' OR predecessor_id IS NOT NULL THEN signee_id IS NOT NULL
        ELSE (status IN ('pending', 'rejected')) = (signee_id IS NULL) END),
    ADD CONSTRAINT contracts_activated CHECK (
        CASE WHEN type = 'distribution' OR predecessor_id IS NOT NULL
        THEN (status IN ('active', 'terminated')) = (activated_at IS NOT NULL)
        ELSE (signee_id IS NULL) = (activated_at IS NULL) END);
CREATE UNIQUE INDEX contracts_one_active ON contracts (signee_id, agreement_id) WHERE status = 'active';
CREATE INDEX contracts_to_approve ON contracts (issuer_id)
    WHERE status = 'pending' AND type = 'distribution' AND predecessor_id IS NULL;
DROP TABLE agreement_marketplaces;
DROP TABLE agreement_groups;
DROP TABLE product_group_members;
DROP TABLE product_groups;
ALTER TABLE agreements
    DROP CONSTRAINT agreements_parent_id_owner_id_parent_type_fkey,
    DROP CONSTRAINT agreements_hang,
    DROP CONSTRAINT agreements_id_owner_id_key,
    DROP CONSTRAINT agreements_type_check,
    DROP CONSTRAINT agreements_id_check,
    DROP COLUMN parent_type;
ALTER TABLE agreements
    ADD CONSTRAINT agreements_type_check CHECK (type IN ('program', 'distribution', 'service')),
    ADD CONSTRAINT agreements_id_check CHECK (id ~ '^AG[PDS]-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    ADD COLUMN parent_type text GENERATED ALWAYS AS (CASE WHEN type = 'distribution' THEN 'program' END) STORED,
    ADD CONSTRAINT agreements_check CHECK ((type = 'distribution') = (parent_id IS NOT NULL)),
    ADD FOREIGN KEY (parent_id, owner_id, parent_type) REFERENCES agreements (id, owner_id, type);
