-- A service agreement carries groups of products, which are the catalog of whoever signs it. Syndication and referral agreements hang on it.
ALTER TABLE agreements
    DROP CONSTRAINT agreements_type_check,
    DROP CONSTRAINT agreements_id_check,
    DROP CONSTRAINT agreements_check,
    DROP CONSTRAINT agreements_parent_id_owner_id_parent_type_fkey,
    DROP COLUMN parent_type;
ALTER TABLE agreements
    ADD CONSTRAINT agreements_type_check CHECK (type IN ('program', 'distribution', 'service', 'syndication', 'referral')),
    ADD CONSTRAINT agreements_id_check CHECK (id ~ '^AG[PDSUR]-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    ADD COLUMN parent_type text GENERATED ALWAYS AS (
        CASE WHEN type = 'distribution' THEN 'program' WHEN type IN ('syndication', 'referral') THEN 'service' END) STORED,
    ADD CONSTRAINT agreements_hang CHECK ((type IN ('distribution', 'syndication', 'referral')) = (parent_id IS NOT NULL)),
    ADD UNIQUE (id, owner_id),
    ADD FOREIGN KEY (parent_id, owner_id, parent_type) REFERENCES agreements (id, owner_id, type);

CREATE TABLE product_groups (
    id text PRIMARY KEY CHECK (id ~ '^PG-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    owner_id text NOT NULL REFERENCES accounts,
    name text COLLATE people NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 2000),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    search text NOT NULL GENERATED ALWAYS AS (folded((name || ' '::text) || id)) STORED,
    UNIQUE (id, owner_id)
);
CREATE INDEX product_groups_owner ON product_groups (owner_id, updated_at DESC, id DESC);
CREATE INDEX product_groups_search ON product_groups USING gin (owner_id, search gin_trgm_ops);

CREATE TABLE product_group_members (
    group_id text NOT NULL REFERENCES product_groups ON DELETE CASCADE,
    product_id text NOT NULL REFERENCES products,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (group_id, product_id)
);
CREATE INDEX product_group_members_product ON product_group_members (product_id);

-- groups that an agreement carries: of a syndication or referral agreement some of those of the service agreement above it, none for all
CREATE TABLE agreement_groups (
    agreement_id text NOT NULL,
    group_id text NOT NULL,
    owner_id text NOT NULL,
    PRIMARY KEY (agreement_id, group_id),
    FOREIGN KEY (agreement_id, owner_id) REFERENCES agreements (id, owner_id) ON DELETE CASCADE,
    FOREIGN KEY (group_id, owner_id) REFERENCES product_groups (id, owner_id)
);
CREATE INDEX agreement_groups_group ON agreement_groups (group_id);
CREATE INDEX agreement_groups_owner ON agreement_groups (owner_id);

-- marketplaces whose listings a service agreement covers; none for all
CREATE TABLE agreement_marketplaces (
    agreement_id text NOT NULL,
    marketplace_id text NOT NULL,
    owner_id text NOT NULL,
    PRIMARY KEY (agreement_id, marketplace_id),
    FOREIGN KEY (agreement_id, owner_id) REFERENCES agreements (id, owner_id) ON DELETE CASCADE,
    FOREIGN KEY (marketplace_id, owner_id) REFERENCES marketplaces (id, owner_id)
);
CREATE INDEX agreement_marketplaces_marketplace ON agreement_marketplaces (marketplace_id);
CREATE INDEX agreement_marketplaces_owner ON agreement_marketplaces (owner_id);

-- a syndication contract has both its parties from the start and waits for its issuer; so does a program contract that came by a referral,
-- which waits for the vendor
ALTER TABLE contracts
    DROP CONSTRAINT contracts_type_check,
    DROP CONSTRAINT contracts_id_check,
    DROP CONSTRAINT contracts_signee,
    DROP CONSTRAINT contracts_activated,
    ADD COLUMN referral_agreement_id text REFERENCES agreements,
    ADD CONSTRAINT contracts_type_check CHECK (type IN ('program', 'distribution', 'service', 'syndication', 'referral')),
    ADD CONSTRAINT contracts_never_referral CHECK (type <> 'referral'),
    ADD CONSTRAINT contracts_id_check CHECK (id ~ '^CR[PDSU]-[0-9]{5}-[0-9]{5}-[0-9]{5}$'),
    ADD CONSTRAINT contracts_referred CHECK (type = 'program' OR referral_agreement_id IS NULL),
    ADD CONSTRAINT contracts_signee CHECK (
        CASE WHEN type IN ('distribution', 'syndication') OR predecessor_id IS NOT NULL OR referral_agreement_id IS NOT NULL
        THEN signee_id IS NOT NULL
        ELSE (status IN ('pending', 'rejected')) = (signee_id IS NULL) END),
    ADD CONSTRAINT contracts_activated CHECK (
        CASE WHEN type IN ('distribution', 'syndication') OR predecessor_id IS NOT NULL OR referral_agreement_id IS NOT NULL
        THEN (status IN ('active', 'terminated')) = (activated_at IS NOT NULL)
        ELSE (signee_id IS NULL) = (activated_at IS NULL) END);
CREATE INDEX contracts_referral ON contracts (referral_agreement_id) WHERE referral_agreement_id IS NOT NULL;
-- one syndication agreement is signed once for each product and marketplace: see contract_sources
DROP INDEX contracts_one_active;
CREATE UNIQUE INDEX contracts_one_active ON contracts (signee_id, agreement_id)
    WHERE status = 'active' AND type <> 'syndication';
DROP INDEX contracts_to_approve;
CREATE INDEX contracts_to_approve ON contracts (issuer_id, type)
    WHERE status = 'pending' AND type IN ('distribution', 'syndication') AND predecessor_id IS NULL;

CREATE OR REPLACE FUNCTION refuse_deletion_of_signed_contract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'pending' OR (OLD.type IN ('distribution', 'syndication') AND OLD.predecessor_id IS NULL) THEN
        RAISE EXCEPTION 'contract % is %: only a pending contract may be deleted', OLD.id, OLD.status;
    END IF;
    RETURN OLD;
END $$;

-- what a syndication contract is about: a product listed at the distributor, sold on the partner's own marketplace
CREATE TABLE contract_sources (
    contract_id text PRIMARY KEY REFERENCES contracts,
    agreement_id text NOT NULL REFERENCES agreements,
    product_id text NOT NULL,
    vendor_id text NOT NULL,
    -- the listing that all of it rests on, with its marketplace and their owner, who is the distributor of what is ordered
    listing_id text NOT NULL,
    marketplace_id text NOT NULL,
    distributor_id text NOT NULL,
    -- the contract by which the issuer itself sells the product, where it is not the distributor
    through_id text REFERENCES contract_sources,
    enroller_id text NOT NULL,
    target_id text NOT NULL,
    -- Pending or Active, as the contract is
    open boolean NOT NULL DEFAULT true,
    FOREIGN KEY (listing_id, product_id, marketplace_id, vendor_id, distributor_id)
        REFERENCES listings (id, product_id, marketplace_id, vendor_id, owner_id),
    FOREIGN KEY (target_id, enroller_id) REFERENCES marketplaces (id, owner_id)
);
CREATE UNIQUE INDEX contract_sources_one ON contract_sources (enroller_id, product_id, agreement_id, target_id) WHERE open;
CREATE INDEX contract_sources_product ON contract_sources (product_id);
CREATE INDEX contract_sources_vendor ON contract_sources (vendor_id);
CREATE INDEX contract_sources_marketplace ON contract_sources (marketplace_id);
CREATE INDEX contract_sources_distributor ON contract_sources (distributor_id);
CREATE INDEX contract_sources_listing ON contract_sources (listing_id);
CREATE INDEX contract_sources_agreement ON contract_sources (agreement_id);
CREATE INDEX contract_sources_through ON contract_sources (through_id);
CREATE INDEX contract_sources_target ON contract_sources (target_id);

CREATE FUNCTION close_contract_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE contract_sources SET open = NEW.status IN ('pending', 'active') WHERE contract_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER contracts_close_source AFTER UPDATE OF status ON contracts
    FOR EACH ROW WHEN (NEW.type = 'syndication' AND OLD.status <> NEW.status) EXECUTE FUNCTION close_contract_source();

-- a marketplace's owner may pause what is listed there: it stays listed, and nothing new is ordered
ALTER TABLE listings
    ADD COLUMN paused_at timestamptz,
    ADD COLUMN pause_note text NOT NULL DEFAULT '' CHECK (char_length(pause_note) <= 200),
    ADD CONSTRAINT listings_paused CHECK (paused_at IS NULL OR status = 'listed');

-- a company also sees what its catalog offers, and what it sells by syndication
ALTER TABLE sight DROP CONSTRAINT sight_why_check;
ALTER TABLE sight
    ADD CONSTRAINT sight_why_check CHECK (why IN ('listing', 'catalog', 'syndication')),
    -- of the newest public version, as its words are
    ADD COLUMN category text CHECK (category IN (
        'ai', 'backup', 'communication', 'customers', 'digital_marketing', 'finance', 'human_resources', 'infrastructure',
        'it_management', 'marketing', 'office', 'sales', 'security'));
UPDATE sight s SET category = v.category FROM products p
    JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version WHERE p.id = s.product_id;
CREATE INDEX sight_category ON sight (viewer_id, why, category, since DESC, product_id DESC) WHERE search <> '';

CREATE OR REPLACE FUNCTION words_of_sight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT v.search, v.category INTO NEW.search, NEW.category FROM products p
        JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version WHERE p.id = NEW.product_id;
    NEW.search := coalesce(NEW.search, '');
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION renew_words_of_sight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sight SET search = coalesce(v.search, ''), category = v.category
        FROM (SELECT 1) one LEFT JOIN product_versions v ON v.product_id = NEW.id AND v.number = NEW.public_version
        WHERE sight.product_id = NEW.id;
    RETURN NULL;
END $$;
