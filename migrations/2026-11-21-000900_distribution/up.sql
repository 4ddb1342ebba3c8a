-- a distribution agreement belongs to a program agreement and names one marketplace of the same owner
ALTER TABLE agreements DROP CONSTRAINT agreements_type_check, DROP CONSTRAINT agreements_id_check;
ALTER TABLE agreements
    ADD CONSTRAINT agreements_type_check CHECK (type IN ('program', 'distribution', 'service')),
    ADD CONSTRAINT agreements_id_check CHECK (id ~ '^AG[PDS]-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    ADD COLUMN parent_id text,
    ADD COLUMN parent_type text GENERATED ALWAYS AS (CASE WHEN type = 'distribution' THEN 'program' END) STORED,
    ADD COLUMN marketplace_id text,
    -- contracts arise Active for every vendor of the program
    ADD COLUMN auto_accept boolean NOT NULL DEFAULT false,
    ADD FOREIGN KEY (parent_id, owner_id, parent_type) REFERENCES agreements (id, owner_id, type),
    ADD FOREIGN KEY (marketplace_id, owner_id) REFERENCES marketplaces (id, owner_id),
    ADD CHECK ((type = 'distribution') = (parent_id IS NOT NULL)),
    ADD CHECK ((type = 'distribution') = (marketplace_id IS NOT NULL)),
    ADD CHECK (type = 'distribution' OR NOT auto_accept);
CREATE UNIQUE INDEX agreements_parent ON agreements (parent_id, marketplace_id);
CREATE INDEX agreements_marketplace ON agreements (marketplace_id);

-- a distribution contract has both its parties from the start and waits for its issuer
ALTER TABLE contracts
    DROP CONSTRAINT contracts_type_check,
    DROP CONSTRAINT contracts_id_check,
    DROP CONSTRAINT contracts_status_check,
    DROP CONSTRAINT contracts_check2,
    DROP CONSTRAINT contracts_check4;
ALTER TABLE contracts
    ADD COLUMN auto_accepted boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT contracts_type_check CHECK (type IN ('program', 'distribution', 'service')),
    ADD CONSTRAINT contracts_id_check CHECK (id ~ '^CR[PDS]-[0-9]{5}-[0-9]{5}-[0-9]{5}$'),
    ADD CONSTRAINT contracts_status_check
        CHECK (status IN ('enrolling', 'pending', 'active', 'rejected', 'terminated')),
    ADD CONSTRAINT contracts_signee CHECK (
        CASE WHEN type = 'distribution' THEN signee_id IS NOT NULL
        ELSE (status IN ('pending', 'rejected')) = (signee_id IS NULL) END),
    ADD CONSTRAINT contracts_activated CHECK (
        CASE WHEN type = 'distribution' THEN (status IN ('active', 'terminated')) = (activated_at IS NOT NULL)
        ELSE (signee_id IS NULL) = (activated_at IS NULL) END),
    ADD CONSTRAINT contracts_enrolling CHECK (type = 'distribution' OR status <> 'enrolling'),
    ADD CONSTRAINT contracts_auto CHECK (type = 'distribution' OR NOT auto_accepted);
CREATE UNIQUE INDEX contracts_one_enrolled ON contracts (signee_id, agreement_id)
    WHERE type = 'distribution' AND status IN ('enrolling', 'pending', 'active');

CREATE OR REPLACE FUNCTION refuse_deletion_of_signed_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'pending' OR OLD.type = 'distribution' THEN
        RAISE EXCEPTION 'contract % is %: only a pending contract may be deleted', OLD.id, OLD.status;
    END IF;
    RETURN OLD;
END $$;

-- what the parties of an object say to each other on its page
CREATE TABLE messages (
    object text NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    account_id text NOT NULL REFERENCES accounts,
    user_id text NOT NULL REFERENCES users,
    text text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 2000),
    at timestamptz NOT NULL,
    PRIMARY KEY (object, number)
);
CREATE INDEX messages_account ON messages (account_id);
CREATE INDEX messages_user ON messages (user_id);
