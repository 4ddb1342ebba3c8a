CREATE TABLE contracts (
    id text PRIMARY KEY CHECK (id ~ '^CR[PS]-[0-9]{5}-[0-9]{5}-[0-9]{5}$'),
    type text NOT NULL CHECK (type IN ('program', 'service')),
    kind text NOT NULL CHECK (kind IN ('test', 'production')),
    status text NOT NULL CHECK (status IN ('pending', 'active', 'rejected', 'terminated')),
    agreement_id text NOT NULL,
    -- the agreement's version that this contract is on
    version integer NOT NULL,
    issuer_id text NOT NULL REFERENCES accounts,
    signee_id text REFERENCES accounts,
    note text NOT NULL CHECK (char_length(note) BETWEEN 1 AND 200),
    internal_note text NOT NULL DEFAULT '' CHECK (char_length(internal_note) <= 100),
    allows_program boolean NOT NULL DEFAULT false,
    allows_service boolean NOT NULL DEFAULT false,
    allows_delegate boolean NOT NULL DEFAULT false,
    expire_at timestamptz,
    -- days before the end (30, 7, 1) at which both sides were last told
    reminded_days integer,
    creator_id text NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    activated_at timestamptz,
    ended_at timestamptz,
    end_note text NOT NULL DEFAULT '' CHECK (char_length(end_note) <= 200),
    revision integer NOT NULL DEFAULT 1,
    search text NOT NULL,
    FOREIGN KEY (agreement_id, issuer_id, type) REFERENCES agreements (id, owner_id, type),
    FOREIGN KEY (agreement_id, version) REFERENCES agreement_versions (agreement_id, number),
    CHECK (type = 'service' OR NOT (allows_program OR allows_service OR allows_delegate)),
    CHECK (allows_service OR NOT allows_delegate),
    CHECK ((status IN ('pending', 'rejected')) = (signee_id IS NULL)),
    CHECK ((status IN ('rejected', 'terminated')) = (ended_at IS NOT NULL)),
    CHECK ((signee_id IS NULL) = (activated_at IS NULL)),
    CHECK (signee_id <> issuer_id)
);
CREATE INDEX contracts_issued ON contracts (issuer_id, created_at DESC, id DESC);
CREATE INDEX contracts_issued_id ON contracts (issuer_id, id);
CREATE INDEX contracts_issued_status ON contracts (issuer_id, status, created_at DESC, id DESC);
CREATE INDEX contracts_signed ON contracts (signee_id, created_at DESC, id DESC);
CREATE INDEX contracts_signed_status ON contracts (signee_id, status);
CREATE INDEX contracts_agreement ON contracts (agreement_id, version);
CREATE INDEX contracts_creator ON contracts (creator_id);
CREATE INDEX contracts_search ON contracts USING gin (issuer_id, search gin_trgm_ops);
CREATE INDEX contracts_expiring ON contracts (expire_at) WHERE expire_at IS NOT NULL AND status IN ('pending', 'active');
CREATE UNIQUE INDEX contracts_one_active ON contracts (signee_id, agreement_id) WHERE status = 'active';

CREATE FUNCTION refuse_deletion_of_signed_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'pending' THEN
        RAISE EXCEPTION 'contract % is %: only a pending contract may be deleted', OLD.id, OLD.status;
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER contracts_are_kept BEFORE DELETE ON contracts
    FOR EACH ROW EXECUTE FUNCTION refuse_deletion_of_signed_contract();

-- the current link of a pending contract and those it replaced
CREATE TABLE activation_links (
    contract_id text NOT NULL REFERENCES contracts ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0),
    -- the link's code is derived from this and the server's key
    nonce bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    replaced_at timestamptz,
    opened integer NOT NULL DEFAULT 0,
    last_opened_at timestamptz,
    last_opened_by text CHECK (last_opened_by IN ('machine', 'person')),
    PRIMARY KEY (contract_id, number)
);
CREATE UNIQUE INDEX activation_links_current ON activation_links (contract_id) WHERE replaced_at IS NULL;

-- links of deleted contracts, so that whoever still holds one is told what became of it
CREATE TABLE dead_links (
    contract text NOT NULL,
    nonce bytea NOT NULL,
    died_at timestamptz NOT NULL,
    PRIMARY KEY (contract, nonce)
);

-- one person's way through an activation, in one browser
CREATE TABLE activation_attempts (
    id uuid PRIMARY KEY,
    contract_id text NOT NULL REFERENCES contracts ON DELETE CASCADE,
    browser_hash bytea NOT NULL,
    email text NOT NULL,
    -- the words that were ticked on Review
    consent text NOT NULL,
    reviewed_at timestamptz NOT NULL,
    -- the version whose document was on the page that was ticked
    version integer NOT NULL,
    name text NOT NULL DEFAULT '',
    password_hash text,
    password_at timestamptz,
    -- an existing user that gave its password
    user_id text REFERENCES users,
    company text NOT NULL DEFAULT '',
    account_id text REFERENCES accounts,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (contract_id, browser_hash)
);
CREATE INDEX activation_attempts_user ON activation_attempts (user_id);
CREATE INDEX activation_attempts_account ON activation_attempts (account_id);

-- evidence: a chain of hashes for each contract
CREATE TABLE signatures (
    contract_id text NOT NULL REFERENCES contracts ON DELETE CASCADE,
    seq integer NOT NULL CHECK (seq > 0),
    party text NOT NULL CHECK (party IN ('issuer', 'signee')),
    agreement_id text NOT NULL,
    version integer NOT NULL,
    user_id text NOT NULL REFERENCES users,
    account_id text NOT NULL REFERENCES accounts,
    at timestamptz NOT NULL,
    -- everything that was signed, in the canonical form that is hashed
    evidence text NOT NULL,
    previous_hash text NOT NULL CHECK (previous_hash ~ '^[0-9a-f]{64}$'),
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    PRIMARY KEY (contract_id, seq),
    UNIQUE (contract_id, version, party),
    FOREIGN KEY (agreement_id, version) REFERENCES agreement_versions (agreement_id, number)
);
CREATE INDEX signatures_version ON signatures (agreement_id, version);
CREATE INDEX signatures_user ON signatures (user_id);
CREATE INDEX signatures_account ON signatures (account_id);

CREATE FUNCTION refuse_change_of_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- a pending contract is deleted whole: its row is gone when the cascade comes here
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM contracts WHERE id = OLD.contract_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a signature of % is evidence: % is refused', OLD.contract_id, TG_OP;
END $$;
CREATE TRIGGER signatures_are_final BEFORE UPDATE OR DELETE ON signatures
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_signature();
CREATE TRIGGER signatures_stay BEFORE TRUNCATE ON signatures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
