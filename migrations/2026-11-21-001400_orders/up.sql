-- working days that a company means to answer within: due dates of its queues
ALTER TABLE accounts ADD COLUMN service_days integer NOT NULL DEFAULT 3 CHECK (service_days BETWEEN 1 AND 60);

-- when a person last looked at Home, and the time before: what happened since then is news
ALTER TABLE memberships ADD COLUMN seen_at timestamptz, ADD COLUMN seen_before_at timestamptz;
CREATE INDEX listing_requests_vendor_updated ON listing_requests (vendor_id, updated_at DESC);
CREATE INDEX listing_requests_owner_updated ON listing_requests (owner_id, updated_at DESC);

-- what a customer has of a product; changed only by an approved request
CREATE TABLE subscriptions (
    id text PRIMARY KEY CHECK (id ~ '^AS-[0-9]{4}-[0-9]{4}-[0-9]{4}$'),
    status text NOT NULL CHECK (status IN ('draft', 'processing', 'active', 'suspended', 'terminating', 'terminated')),
    environment text NOT NULL CHECK (environment IN ('production', 'test', 'preview')),
    external_id text NOT NULL CHECK (char_length(external_id) BETWEEN 1 AND 128),
    external_uid uuid NOT NULL,
    product_id text NOT NULL,
    -- of the product, as it was last ordered
    version integer NOT NULL,
    vendor_id text NOT NULL REFERENCES accounts,
    -- who ordered it and keeps the customer: a distributor, a reseller, or in preview the vendor itself
    buyer_id text NOT NULL REFERENCES accounts,
    -- whose marketplace it is; nobody's in preview
    distributor_id text,
    marketplace_id text,
    contract_id text REFERENCES contracts,
    -- as they were last ordered; the data then stands in the request
    customer_id text NOT NULL,
    customer_type text NOT NULL GENERATED ALWAYS AS ('customer') STORED,
    tier1_id text NOT NULL,
    tier2_id text,
    tier_type text NOT NULL GENERATED ALWAYS AS ('reseller') STORED,
    customer_name text NOT NULL,
    -- parameter id: {"value": …}
    parameter_values jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameter_values) = 'object'),
    -- {"name": …, "body": …}: what the vendor chose to be shown when it approved
    template jsonb,
    -- so many requests were made
    number integer NOT NULL DEFAULT 0,
    activated_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    search text NOT NULL GENERATED ALWAYS AS
        (lower(customer_name || ' ' || id || ' ' || external_id || ' ' || external_uid::text)) STORED,
    UNIQUE (buyer_id, external_uid),
    FOREIGN KEY (product_id, vendor_id) REFERENCES products (id, vendor_id),
    FOREIGN KEY (product_id, version) REFERENCES product_versions (product_id, number),
    FOREIGN KEY (marketplace_id, distributor_id) REFERENCES marketplaces (id, owner_id),
    FOREIGN KEY (customer_id, buyer_id, customer_type) REFERENCES tier_accounts (id, owner_id, type),
    FOREIGN KEY (tier1_id, buyer_id, tier_type) REFERENCES tier_accounts (id, owner_id, type),
    FOREIGN KEY (tier2_id, buyer_id, tier_type) REFERENCES tier_accounts (id, owner_id, type),
    CHECK (CASE WHEN environment = 'preview' THEN
            buyer_id = vendor_id AND distributor_id IS NULL AND marketplace_id IS NULL AND contract_id IS NULL
        ELSE distributor_id IS NOT NULL AND marketplace_id IS NOT NULL AND contract_id IS NOT NULL END),
    CHECK (tier2_id <> tier1_id),
    CHECK (activated_at IS NOT NULL OR status NOT IN ('active', 'suspended', 'terminating'))
);
CREATE INDEX subscriptions_vendor ON subscriptions (vendor_id, created_at DESC, id DESC);
CREATE INDEX subscriptions_buyer ON subscriptions (buyer_id, created_at DESC, id DESC);
CREATE INDEX subscriptions_distributor ON subscriptions (distributor_id, created_at DESC, id DESC);
CREATE INDEX subscriptions_product ON subscriptions (product_id, version);
CREATE INDEX subscriptions_marketplace ON subscriptions (marketplace_id);
CREATE INDEX subscriptions_contract ON subscriptions (contract_id);
CREATE INDEX subscriptions_customer ON subscriptions (customer_id, created_at DESC);
CREATE INDEX subscriptions_tier1 ON subscriptions (tier1_id, created_at DESC);
CREATE INDEX subscriptions_tier2 ON subscriptions (tier2_id, created_at DESC);
CREATE INDEX subscriptions_external ON subscriptions (external_id);
CREATE INDEX subscriptions_search ON subscriptions USING gin (search gin_trgm_ops);

-- quantities in use; -1 is unlimited, which only pay as you go is
CREATE TABLE subscription_items (
    subscription_id text NOT NULL REFERENCES subscriptions,
    item_id text NOT NULL REFERENCES items,
    quantity numeric(24, 8) NOT NULL CHECK (quantity > 0 OR quantity = -1),
    PRIMARY KEY (subscription_id, item_id)
);
CREATE INDEX subscription_items_item ON subscription_items (item_id);

-- values that no two subscriptions may share
CREATE TABLE unique_values (
    parameter_id text NOT NULL REFERENCES parameters,
    value text NOT NULL,
    subscription_id text NOT NULL REFERENCES subscriptions,
    PRIMARY KEY (parameter_id, value)
);
CREATE INDEX unique_values_subscription ON unique_values (subscription_id);

-- what a buyer, or for an adjustment the vendor, wants of a subscription, and how it went
CREATE TABLE fulfillment_requests (
    id text PRIMARY KEY CHECK (id ~ '^PR-[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3,}$'),
    type text NOT NULL CHECK (type IN ('purchase', 'change', 'suspend', 'resume', 'cancel', 'adjustment')),
    status text NOT NULL CHECK (status IN ('draft', 'tiers_setup', 'pending', 'inquiring', 'scheduled', 'revoking', 'approved',
        'failed', 'revoked')),
    subscription_id text NOT NULL REFERENCES subscriptions,
    -- where the subscription stood before
    status_before text,
    environment text NOT NULL CHECK (environment IN ('production', 'test', 'preview')),
    product_id text NOT NULL,
    version integer NOT NULL,
    vendor_id text NOT NULL REFERENCES accounts,
    buyer_id text NOT NULL REFERENCES accounts,
    distributor_id text REFERENCES accounts,
    marketplace_id text REFERENCES marketplaces,
    customer_id text NOT NULL REFERENCES tier_accounts,
    tier1_id text NOT NULL REFERENCES tier_accounts,
    tier2_id text REFERENCES tier_accounts,
    customer_name text NOT NULL,
    -- the three as they were: {"customer": {…}, "tier1": {…}, "tier2": {…} or null}
    tiers jsonb NOT NULL CHECK (tiers ?& '{customer,tier1}'),
    -- parameter id: {"value": …, "error": …}
    parameter_values jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameter_values) = 'object'),
    -- what an adjustment shows from then on; else what was shown at its end
    template jsonb,
    note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 2000),
    -- what the vendor asks while it inquires
    question text NOT NULL DEFAULT '' CHECK (char_length(question) <= 2000),
    -- why it failed, or should be revoked
    reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 500),
    assignee_id text REFERENCES users,
    creator_id text NOT NULL REFERENCES users,
    planned_at timestamptz,
    effective_at timestamptz,
    -- the customer's form was sent
    answered boolean NOT NULL DEFAULT false,
    -- its link is derived from this; a new one for each time it asks
    form_nonce bytea,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    search text NOT NULL GENERATED ALWAYS AS (lower(customer_name || ' ' || id)) STORED,
    FOREIGN KEY (product_id, version) REFERENCES product_versions (product_id, number),
    CHECK (status NOT IN ('failed', 'revoking', 'revoked') OR reason <> ''),
    CHECK (status <> 'scheduled' OR planned_at IS NOT NULL),
    CHECK (status <> 'inquiring' OR form_nonce IS NOT NULL),
    CHECK ((status = 'approved') = (effective_at IS NOT NULL))
);
CREATE UNIQUE INDEX fulfillment_requests_one_open ON fulfillment_requests (subscription_id)
    WHERE status IN ('draft', 'tiers_setup', 'pending', 'inquiring', 'scheduled', 'revoking');
CREATE INDEX fulfillment_requests_subscription ON fulfillment_requests (subscription_id, created_at DESC);
CREATE INDEX fulfillment_requests_vendor ON fulfillment_requests (vendor_id, created_at DESC, id DESC);
CREATE INDEX fulfillment_requests_buyer ON fulfillment_requests (buyer_id, created_at DESC, id DESC);
CREATE INDEX fulfillment_requests_distributor ON fulfillment_requests (distributor_id, created_at DESC, id DESC);
CREATE INDEX fulfillment_requests_vendor_status ON fulfillment_requests (vendor_id, status, created_at, id);
CREATE INDEX fulfillment_requests_distributor_status ON fulfillment_requests (distributor_id, status, created_at, id);
CREATE INDEX fulfillment_requests_buyer_status ON fulfillment_requests (buyer_id, status, created_at, id);
CREATE INDEX fulfillment_requests_vendor_updated ON fulfillment_requests (vendor_id, updated_at DESC);
CREATE INDEX fulfillment_requests_buyer_updated ON fulfillment_requests (buyer_id, updated_at DESC);
CREATE INDEX fulfillment_requests_product ON fulfillment_requests (product_id, version);
CREATE INDEX fulfillment_requests_marketplace ON fulfillment_requests (marketplace_id);
CREATE INDEX fulfillment_requests_customer ON fulfillment_requests (customer_id);
CREATE INDEX fulfillment_requests_tier1 ON fulfillment_requests (tier1_id);
CREATE INDEX fulfillment_requests_tier2 ON fulfillment_requests (tier2_id);
CREATE INDEX fulfillment_requests_assignee ON fulfillment_requests (assignee_id);
CREATE INDEX fulfillment_requests_creator ON fulfillment_requests (creator_id);
CREATE INDEX fulfillment_requests_planned ON fulfillment_requests (planned_at) WHERE status = 'scheduled';
CREATE INDEX fulfillment_requests_waiting ON fulfillment_requests (product_id, tier1_id) WHERE status = 'tiers_setup';
CREATE INDEX fulfillment_requests_search ON fulfillment_requests USING gin (search gin_trgm_ops);

-- the lines of a request, named as they were ordered; -1 is unlimited
CREATE TABLE request_items (
    request_id text NOT NULL REFERENCES fulfillment_requests,
    item_id text NOT NULL REFERENCES items,
    position integer NOT NULL,
    name text NOT NULL,
    mpn text NOT NULL,
    type text NOT NULL CHECK (type IN ('reservation', 'ppu')),
    unit text NOT NULL,
    period text NOT NULL,
    quantity numeric(24, 8) NOT NULL,
    old_quantity numeric(24, 8) NOT NULL,
    PRIMARY KEY (request_id, item_id),
    CHECK (CASE type WHEN 'reservation' THEN quantity >= 0 AND quantity = trunc(quantity) ELSE quantity IN (0, -1) END)
);
CREATE INDEX request_items_item ON request_items (item_id);

-- what is over stays as it was
CREATE FUNCTION refuse_change_of_ended_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is %: it is over', OLD.id, OLD.status;
END $$;
CREATE TRIGGER fulfillment_requests_end BEFORE UPDATE ON fulfillment_requests FOR EACH ROW
    WHEN (OLD.status IN ('approved', 'failed', 'revoked')) EXECUTE FUNCTION refuse_change_of_ended_request();
CREATE TRIGGER fulfillment_requests_are_kept BEFORE DELETE OR TRUNCATE ON fulfillment_requests
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- which account is used with which product, in which role, by how many subscriptions that are neither draft nor terminated;
-- kept with them, so that an edit asks this and walks over no subscription
CREATE TABLE tier_account_uses (
    tier_account_id text NOT NULL REFERENCES tier_accounts,
    product_id text NOT NULL,
    role text NOT NULL CHECK (role IN ('customer', 'tier1', 'tier2')),
    vendor_id text NOT NULL,
    live integer NOT NULL CHECK (live >= 0),
    PRIMARY KEY (tier_account_id, product_id, role),
    FOREIGN KEY (product_id, vendor_id) REFERENCES products (id, vendor_id)
);
CREATE INDEX tier_account_uses_vendor ON tier_account_uses (vendor_id, tier_account_id) WHERE live > 0;
CREATE INDEX tier_account_uses_vendor_all ON tier_account_uses (vendor_id);
CREATE INDEX tier_account_uses_product ON tier_account_uses (product_id);

CREATE FUNCTION keep_uses() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lived boolean := TG_OP = 'UPDATE' AND OLD.status NOT IN ('draft', 'terminated');
    lives boolean := NEW.status NOT IN ('draft', 'terminated');
    one record;
BEGIN
    IF TG_OP = 'UPDATE' AND lived = lives AND (OLD.customer_id, OLD.tier1_id, OLD.tier2_id)
        IS NOT DISTINCT FROM (NEW.customer_id, NEW.tier1_id, NEW.tier2_id) THEN
        RETURN NULL;
    END IF;
    -- one order of locks for everybody
    FOR one IN
        SELECT used.account, used.role, sum(used.step) AS step FROM (
            SELECT OLD.customer_id, 'customer', -1 WHERE lived
            UNION ALL SELECT OLD.tier1_id, 'tier1', -1 WHERE lived
            UNION ALL SELECT OLD.tier2_id, 'tier2', -1 WHERE lived AND OLD.tier2_id IS NOT NULL
            UNION ALL SELECT NEW.customer_id, 'customer', 1 WHERE lives
            UNION ALL SELECT NEW.tier1_id, 'tier1', 1 WHERE lives
            UNION ALL SELECT NEW.tier2_id, 'tier2', 1 WHERE lives AND NEW.tier2_id IS NOT NULL
        ) used (account, role, step) GROUP BY 1, 2 HAVING sum(used.step) <> 0 ORDER BY 1, 2
    LOOP
        INSERT INTO tier_account_uses AS u (tier_account_id, product_id, role, vendor_id, live)
            VALUES (one.account, NEW.product_id, one.role, NEW.vendor_id, greatest(one.step, 0))
            ON CONFLICT (tier_account_id, product_id, role) DO UPDATE SET live = u.live + one.step;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER subscriptions_keep_uses AFTER INSERT OR UPDATE ON subscriptions FOR EACH ROW EXECUTE FUNCTION keep_uses();

-- a change of an account that a product's vendor is asked to take over: one for each product and edit
CREATE TABLE tier_account_requests (
    id text PRIMARY KEY CHECK (id ~ '^TAR-[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3,}-[0-9]{3,}$'),
    status text NOT NULL CHECK (status IN ('pending', 'accepted', 'ignored', 'unsupported')),
    tier_account_id text NOT NULL,
    -- versions of the account
    before_version integer NOT NULL,
    after_version integer NOT NULL,
    account_name text NOT NULL,
    product_id text NOT NULL,
    vendor_id text NOT NULL REFERENCES accounts,
    owner_id text NOT NULL REFERENCES accounts,
    -- as what the account was used then
    roles text[] NOT NULL CHECK (roles <@ '{customer,tier1,tier2}' AND roles <> '{}'),
    reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 500),
    decided_by_id text REFERENCES users,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    search text NOT NULL GENERATED ALWAYS AS (lower(account_name || ' ' || id)) STORED,
    UNIQUE (tier_account_id, after_version, product_id),
    FOREIGN KEY (tier_account_id, before_version) REFERENCES tier_account_versions (tier_account_id, number),
    FOREIGN KEY (tier_account_id, after_version) REFERENCES tier_account_versions (tier_account_id, number),
    FOREIGN KEY (product_id, vendor_id) REFERENCES products (id, vendor_id),
    CHECK (before_version < after_version),
    CHECK (status NOT IN ('ignored', 'unsupported') OR reason <> ''),
    CHECK ((status IN ('accepted', 'ignored')) = (decided_by_id IS NOT NULL))
);
CREATE INDEX tier_account_requests_vendor ON tier_account_requests (vendor_id, created_at DESC, id DESC);
CREATE INDEX tier_account_requests_owner ON tier_account_requests (owner_id, created_at DESC, id DESC);
CREATE INDEX tier_account_requests_vendor_status ON tier_account_requests (vendor_id, status, created_at, id);
CREATE INDEX tier_account_requests_owner_status ON tier_account_requests (owner_id, status, created_at, id);
CREATE INDEX tier_account_requests_vendor_updated ON tier_account_requests (vendor_id, updated_at DESC);
CREATE INDEX tier_account_requests_owner_updated ON tier_account_requests (owner_id, updated_at DESC);
CREATE INDEX tier_account_requests_account ON tier_account_requests (tier_account_id, created_at DESC);
CREATE INDEX tier_account_requests_product ON tier_account_requests (product_id);
CREATE INDEX tier_account_requests_decided ON tier_account_requests (decided_by_id);
CREATE INDEX tier_account_requests_search ON tier_account_requests USING gin (search gin_trgm_ops);
CREATE TRIGGER tier_account_requests_end BEFORE UPDATE ON tier_account_requests FOR EACH ROW
    WHEN (OLD.status <> 'pending') EXECUTE FUNCTION refuse_change_of_ended_request();
CREATE TRIGGER tier_account_requests_are_kept BEFORE DELETE OR TRUNCATE ON tier_account_requests
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- what a reseller agreed with a vendor before its first order of a product
CREATE TABLE tier_configs (
    id text PRIMARY KEY CHECK (id ~ '^TC-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    status text NOT NULL CHECK (status IN ('draft', 'processing', 'active')),
    tier_account_id text NOT NULL REFERENCES tier_accounts,
    account_name text NOT NULL,
    level integer NOT NULL CHECK (level IN (1, 2)),
    -- the configuration of the reseller above, where there is one
    upper_id text REFERENCES tier_configs,
    product_id text NOT NULL,
    vendor_id text NOT NULL REFERENCES accounts,
    buyer_id text NOT NULL REFERENCES accounts,
    distributor_id text REFERENCES accounts,
    marketplace_id text REFERENCES marketplaces,
    environment text NOT NULL CHECK (environment IN ('production', 'test', 'preview')),
    parameter_values jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameter_values) = 'object'),
    template jsonb,
    number integer NOT NULL DEFAULT 0,
    activated_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    search text NOT NULL GENERATED ALWAYS AS (lower(account_name || ' ' || id)) STORED,
    UNIQUE (tier_account_id, product_id, level, environment),
    FOREIGN KEY (product_id, vendor_id) REFERENCES products (id, vendor_id),
    CHECK (status <> 'active' OR activated_at IS NOT NULL)
);
CREATE INDEX tier_configs_vendor ON tier_configs (vendor_id, created_at DESC, id DESC);
CREATE INDEX tier_configs_buyer ON tier_configs (buyer_id, created_at DESC, id DESC);
CREATE INDEX tier_configs_distributor ON tier_configs (distributor_id, created_at DESC, id DESC);
CREATE INDEX tier_configs_product ON tier_configs (product_id);
CREATE INDEX tier_configs_marketplace ON tier_configs (marketplace_id);
CREATE INDEX tier_configs_upper ON tier_configs (upper_id);
CREATE INDEX tier_configs_search ON tier_configs USING gin (search gin_trgm_ops);

CREATE TABLE tier_config_requests (
    id text PRIMARY KEY CHECK (id ~ '^TCR-[0-9]{3}-[0-9]{3}-[0-9]{3}-[0-9]{3,}$'),
    type text NOT NULL CHECK (type IN ('setup', 'update', 'adjustment')),
    status text NOT NULL CHECK (status IN ('draft', 'tiers_setup', 'pending', 'inquiring', 'approved', 'failed')),
    tier_config_id text NOT NULL REFERENCES tier_configs,
    account_name text NOT NULL,
    product_id text NOT NULL REFERENCES products,
    vendor_id text NOT NULL REFERENCES accounts,
    buyer_id text NOT NULL REFERENCES accounts,
    distributor_id text REFERENCES accounts,
    parameter_values jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameter_values) = 'object'),
    note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 2000),
    question text NOT NULL DEFAULT '' CHECK (char_length(question) <= 2000),
    reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 500),
    assignee_id text REFERENCES users,
    answered boolean NOT NULL DEFAULT false,
    form_nonce bytea,
    effective_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    search text NOT NULL GENERATED ALWAYS AS (lower(account_name || ' ' || id)) STORED,
    CHECK (status <> 'failed' OR reason <> ''),
    CHECK (status <> 'inquiring' OR form_nonce IS NOT NULL),
    CHECK ((status = 'approved') = (effective_at IS NOT NULL))
);
CREATE UNIQUE INDEX tier_config_requests_one_open ON tier_config_requests (tier_config_id)
    WHERE status IN ('draft', 'tiers_setup', 'pending', 'inquiring');
CREATE INDEX tier_config_requests_config ON tier_config_requests (tier_config_id, created_at DESC);
CREATE INDEX tier_config_requests_vendor ON tier_config_requests (vendor_id, created_at DESC, id DESC);
CREATE INDEX tier_config_requests_buyer ON tier_config_requests (buyer_id, created_at DESC, id DESC);
CREATE INDEX tier_config_requests_distributor ON tier_config_requests (distributor_id, created_at DESC, id DESC);
CREATE INDEX tier_config_requests_vendor_status ON tier_config_requests (vendor_id, status, created_at, id);
CREATE INDEX tier_config_requests_product ON tier_config_requests (product_id);
CREATE INDEX tier_config_requests_assignee ON tier_config_requests (assignee_id);
CREATE INDEX tier_config_requests_search ON tier_config_requests USING gin (search gin_trgm_ops);
CREATE TRIGGER tier_config_requests_end BEFORE UPDATE ON tier_config_requests FOR EACH ROW
    WHEN (OLD.status IN ('approved', 'failed')) EXECUTE FUNCTION refuse_change_of_ended_request();
CREATE TRIGGER tier_config_requests_are_kept BEFORE DELETE OR TRUNCATE ON tier_config_requests
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
