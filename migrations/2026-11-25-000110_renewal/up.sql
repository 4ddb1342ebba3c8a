-- a contract may have one successor between the same two, for the same purpose
ALTER TABLE contracts ADD UNIQUE (id, type, kind, issuer_id, signee_id);
ALTER TABLE contracts
    DROP CONSTRAINT contracts_signee,
    DROP CONSTRAINT contracts_activated,
    ADD COLUMN predecessor_id text,
    ADD FOREIGN KEY (predecessor_id, type, kind, issuer_id, signee_id)
        REFERENCES contracts (id, type, kind, issuer_id, signee_id),
    ADD CONSTRAINT contracts_succeeds_another CHECK (predecessor_id <> id),
    -- who succeeds knows its partner from the start
    ADD CONSTRAINT contracts_signee CHECK (
        CASE WHEN type = 'distribution' OR predecessor_id IS NOT NULL THEN signee_id IS NOT NULL
        ELSE (status IN ('pending', 'rejected')) = (signee_id IS NULL) END),
    ADD CONSTRAINT contracts_activated CHECK (
        CASE WHEN type = 'distribution' OR predecessor_id IS NOT NULL
        THEN (status IN ('active', 'terminated')) = (activated_at IS NOT NULL)
        ELSE (signee_id IS NULL) = (activated_at IS NULL) END);
CREATE UNIQUE INDEX contracts_one_successor ON contracts (predecessor_id) WHERE status <> 'rejected';
CREATE INDEX contracts_predecessor ON contracts (predecessor_id);

-- a renewal waits beside the contract that it renews
DROP INDEX contracts_one_enrolled;
CREATE UNIQUE INDEX contracts_one_enrolled ON contracts (signee_id, agreement_id)
    WHERE type = 'distribution' AND status IN ('enrolling', 'pending', 'active') AND predecessor_id IS NULL;

CREATE OR REPLACE FUNCTION refuse_deletion_of_signed_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'pending' OR (OLD.type = 'distribution' AND OLD.predecessor_id IS NULL) THEN
        RAISE EXCEPTION 'contract % is %: only a pending contract may be deleted', OLD.id, OLD.status;
    END IF;
    RETURN OLD;
END $$;

-- a later end that the issuer offers and the signee accepts; until then the earlier one holds
CREATE TABLE contract_extensions (
    contract_id text NOT NULL REFERENCES contracts,
    number integer NOT NULL CHECK (number > 0),
    status text NOT NULL CHECK (status IN ('offered', 'accepted', 'declined', 'withdrawn', 'lapsed')),
    from_at timestamptz,
    -- nothing: without an end
    to_at timestamptz,
    offered_by_id text NOT NULL REFERENCES users,
    offered_at timestamptz NOT NULL,
    decided_by_id text REFERENCES users,
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 200),
    PRIMARY KEY (contract_id, number),
    CHECK ((status = 'offered') = (decided_at IS NULL)),
    CHECK (from_at IS NOT NULL OR to_at IS NOT NULL),
    CHECK (to_at > from_at)
);
CREATE UNIQUE INDEX contract_extensions_one_open ON contract_extensions (contract_id) WHERE status = 'offered';
CREATE INDEX contract_extensions_offered_by ON contract_extensions (offered_by_id);
CREATE INDEX contract_extensions_decided_by ON contract_extensions (decided_by_id);

-- what a signature is about: the agreement's version, or an extension by its number
ALTER TABLE signatures
    ADD COLUMN extension integer,
    DROP CONSTRAINT signatures_contract_id_version_party_key,
    ADD FOREIGN KEY (contract_id, extension) REFERENCES contract_extensions (contract_id, number);
CREATE UNIQUE INDEX signatures_one_each ON signatures (contract_id, version, party) WHERE extension IS NULL;
CREATE UNIQUE INDEX signatures_one_each_extension ON signatures (contract_id, extension, party);
