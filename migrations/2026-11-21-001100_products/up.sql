-- what a vendor offers for sale. The row is Master: what others see of it stands in product_versions
CREATE TABLE products (
    id text PRIMARY KEY CHECK (id ~ '^PRD-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    vendor_id text NOT NULL REFERENCES accounts,
    status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published', 'endofsale')),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    short_description text NOT NULL DEFAULT '' CHECK (char_length(short_description) <= 512),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 4000),
    category text CHECK (category ~ '^[a-z_]+$'),
    icon text REFERENCES blobs,
    -- settings: live, the same for all versions
    tier_accounts_sync boolean NOT NULL DEFAULT false,
    administrative_hold boolean NOT NULL DEFAULT false,
    -- how consumption is rated; none: no pay-as-you-go
    usage_schema text CHECK (usage_schema IN ('QT', 'TR', 'CR', 'PR')),
    -- tiers whose reseller the vendor must authorise before an order: none, the first, both
    reseller_authorization integer NOT NULL DEFAULT 0 CHECK (reseller_authorization BETWEEN 0 AND 2),
    editable_ordering_parameters boolean NOT NULL DEFAULT false,
    -- embedding: what customers read in the portals of others
    customer_description text NOT NULL DEFAULT '' CHECK (char_length(customer_description) <= 255),
    getting_started text NOT NULL DEFAULT '' CHECK (char_length(getting_started) <= 4096),
    provisioning_message text NOT NULL DEFAULT '' CHECK (char_length(provisioning_message) <= 4096),
    replacement_id text REFERENCES products,
    end_of_sale_note text NOT NULL DEFAULT '' CHECK (char_length(end_of_sale_note) <= 1000),
    -- the newest version, and the newest that others may see
    version integer NOT NULL DEFAULT 0,
    public_version integer,
    -- the last numbers given to items and parameters: never given twice
    item_number integer NOT NULL DEFAULT 0,
    parameter_number integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    search text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || id)) STORED,
    UNIQUE (id, vendor_id),
    CHECK ((status = 'draft') = (version = 0)),
    CHECK (public_version <= version),
    CHECK (replacement_id <> id),
    CHECK (status = 'endofsale' OR (replacement_id IS NULL AND end_of_sale_note = ''))
);
CREATE INDEX products_vendor ON products (vendor_id, created_at DESC, id DESC);
CREATE INDEX products_vendor_status ON products (vendor_id, status, created_at DESC, id DESC);
CREATE INDEX products_search ON products USING gin (vendor_id, search gin_trgm_ops);
CREATE INDEX products_icon ON products (icon);
CREATE INDEX products_replacement ON products (replacement_id);

-- links that customers are given with a product
CREATE TABLE product_links (
    product_id text NOT NULL REFERENCES products ON DELETE CASCADE,
    position integer NOT NULL CHECK (position BETWEEN 1 AND 20),
    kind text NOT NULL CHECK (kind IN ('download', 'documentation')),
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 64),
    url text NOT NULL CHECK (char_length(url) <= 1024 AND url ~ '^https?://'),
    PRIMARY KEY (product_id, position)
);

CREATE TABLE product_media (
    id text PRIMARY KEY CHECK (id ~ '^PRDM-[0-9]{3}-[0-9]{3}-[0-9]{3}-[0-9]{5}$'),
    product_id text NOT NULL REFERENCES products ON DELETE CASCADE,
    -- 1 is the main one
    position integer NOT NULL CHECK (position BETWEEN 1 AND 8),
    type text NOT NULL CHECK (type IN ('image', 'video')),
    -- the picture itself, or the video's thumbnail
    image text NOT NULL REFERENCES blobs,
    -- what it shows, for who cannot see it
    alt text NOT NULL CHECK (char_length(alt) BETWEEN 1 AND 255),
    url text CHECK (char_length(url) <= 200 AND url LIKE 'https://%'),
    UNIQUE (product_id, position) DEFERRABLE INITIALLY DEFERRED,
    CHECK ((type = 'video') = (url IS NOT NULL))
);
CREATE INDEX product_media_image ON product_media (image);

CREATE TABLE items (
    id text PRIMARY KEY CHECK (id ~ '^PRD-[0-9]{3}-[0-9]{3}-[0-9]{3}-[0-9]{4,}$'),
    product_id text NOT NULL REFERENCES products ON DELETE CASCADE,
    status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published', 'endofsale')),
    type text NOT NULL CHECK (type IN ('reservation', 'ppu')),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    mpn text NOT NULL CHECK (char_length(mpn) BETWEEN 1 AND 255),
    description text NOT NULL CHECK (char_length(description) BETWEEN 1 AND 2000),
    precision text NOT NULL CHECK (precision IN ('integer', 'decimal_1', 'decimal_2', 'decimal_4', 'decimal_8')),
    unit text NOT NULL CHECK (unit ~ '^[a-z_]+$'),
    period text NOT NULL,
    -- years; 0 is none
    commitment integer NOT NULL,
    position integer NOT NULL,
    replacement_id text REFERENCES items,
    end_of_sale_note text NOT NULL DEFAULT '' CHECK (char_length(end_of_sale_note) <= 1000),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    CHECK (type = 'ppu' OR precision = 'integer'),
    CHECK (type = 'reservation' OR period = 'monthly' AND commitment = 0),
    CHECK (CASE
        WHEN period IN ('monthly', 'yearly') THEN commitment BETWEEN 0 AND 6
        WHEN period = 'years_2' THEN commitment IN (0, 4, 6)
        WHEN period = 'years_3' THEN commitment IN (0, 6)
        WHEN period IN ('years_4', 'years_5', 'years_6', 'onetime', 'monthly_trial', 'days_7_trial', 'days_14_trial',
            'days_30_trial') THEN commitment = 0
        ELSE false END),
    CHECK (replacement_id <> id),
    CHECK (status = 'endofsale' OR (replacement_id IS NULL AND end_of_sale_note = ''))
);
CREATE UNIQUE INDEX items_name ON items (product_id, lower(name));
CREATE UNIQUE INDEX items_mpn ON items (product_id, lower(mpn));
CREATE INDEX items_product ON items (product_id, type, position);
CREATE INDEX items_replacement ON items (replacement_id);

CREATE TABLE parameters (
    id text PRIMARY KEY CHECK (id ~ '^PRM-[0-9]{3}-[0-9]{3}-[0-9]{3}-[0-9]{4,}$'),
    product_id text NOT NULL REFERENCES products ON DELETE CASCADE,
    phase text NOT NULL CHECK (phase IN ('ordering', 'fulfillment', 'configuration')),
    scope text NOT NULL,
    type text NOT NULL CHECK (type IN ('text', 'dropdown', 'password', 'email', 'checkbox', 'subdomain', 'domain',
        'address', 'phone', 'object', 'url', 'choice')),
    name text NOT NULL CHECK (name ~ '^[A-Za-z0-9_-]{1,100}$'),
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 255),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 1000),
    hint text NOT NULL DEFAULT '' CHECK (char_length(hint) <= 255),
    placeholder text NOT NULL DEFAULT '' CHECK (char_length(placeholder) <= 255),
    -- a choice's value, or the country that addresses and phones begin with
    default_value text NOT NULL DEFAULT '' CHECK (char_length(default_value) <= 255),
    required boolean NOT NULL DEFAULT false,
    hidden boolean NOT NULL DEFAULT false,
    is_unique boolean NOT NULL DEFAULT false,
    -- the vendor's own key in usage files
    reconciliation boolean NOT NULL DEFAULT false,
    -- what partners may do with a configuration value
    shared text CHECK (shared IN ('view', 'edit')),
    min_length integer CHECK (min_length BETWEEN 0 AND 1000),
    max_length integer CHECK (max_length BETWEEN 1 AND 1000),
    -- [{"value": …, "label": …}], in the order they are offered
    choices jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(choices) = 'array'),
    -- when that other parameter has one of these values, this one is …
    depends_on_id text,
    depends_values text[] NOT NULL DEFAULT '{}',
    depends_effect text CHECK (depends_effect IN ('required', 'hidden', 'readonly')),
    position integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    UNIQUE (id, product_id),
    UNIQUE (product_id, name),
    FOREIGN KEY (depends_on_id, product_id) REFERENCES parameters (id, product_id),
    CHECK (CASE WHEN phase = 'configuration' THEN scope IN ('product', 'item', 'marketplace', 'item_marketplace')
        ELSE scope IN ('asset', 'tier1', 'tier2') END),
    CHECK (min_length <= max_length),
    CHECK ((min_length IS NULL AND max_length IS NULL) OR type = 'password'),
    CHECK (NOT reconciliation OR phase = 'fulfillment'),
    CHECK (shared IS NULL OR phase = 'configuration'),
    CHECK ((type IN ('dropdown', 'choice', 'checkbox', 'subdomain')) = (choices <> '[]')),
    CHECK ((depends_on_id IS NULL) = (depends_effect IS NULL)),
    CHECK ((depends_on_id IS NULL) = (depends_values = '{}')),
    CHECK (depends_on_id <> id)
);
CREATE INDEX parameters_product ON parameters (product_id, phase, scope, position);
CREATE INDEX parameters_depends ON parameters (depends_on_id, product_id);
CREATE UNIQUE INDEX parameters_reconciliation ON parameters (product_id) WHERE reconciliation;

CREATE TABLE templates (
    id text PRIMARY KEY CHECK (id ~ '^TL-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    product_id text NOT NULL REFERENCES products ON DELETE CASCADE,
    scope text NOT NULL CHECK (scope IN ('asset', 'tier1', 'tier2')),
    -- only a subscription's templates have one
    type text CHECK (type IN ('fulfillment', 'inquire', 'pending')),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    body text NOT NULL CHECK (char_length(body) BETWEEN 1 AND 10000),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    CHECK ((scope = 'asset') = (type IS NOT NULL))
);
CREATE INDEX templates_product ON templates (product_id, scope, created_at);

-- a frozen copy of Master; only whether others may see it can change
CREATE TABLE product_versions (
    product_id text NOT NULL REFERENCES products,
    number integer NOT NULL CHECK (number > 0),
    public boolean NOT NULL,
    changes text NOT NULL CHECK (char_length(changes) BETWEEN 1 AND 2000),
    -- what lists show of the copy
    name text NOT NULL,
    category text NOT NULL,
    icon text REFERENCES blobs,
    snapshot jsonb NOT NULL,
    author_id text NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    search text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || product_id)) STORED,
    PRIMARY KEY (product_id, number)
);
CREATE INDEX product_versions_icon ON product_versions (icon);
CREATE INDEX product_versions_author ON product_versions (author_id);
CREATE INDEX product_versions_search ON product_versions USING gin (search gin_trgm_ops);
ALTER TABLE products
    ADD FOREIGN KEY (id, public_version) REFERENCES product_versions (product_id, number);
CREATE INDEX products_public ON products (id, public_version);

CREATE FUNCTION refuse_change_of_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- what is generated is not there yet
    IF TG_OP = 'DELETE'
        OR to_jsonb(NEW) - '{public,search}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{public,search}'::text[] THEN
        RAISE EXCEPTION 'version % of % is a copy for good: % is refused', OLD.number, OLD.product_id, TG_OP;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER product_versions_are_final BEFORE UPDATE OR DELETE ON product_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_version();

CREATE FUNCTION refuse_deletion_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' THEN
        RAISE EXCEPTION '% is %: only a draft may be deleted', OLD.id, OLD.status;
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER products_are_kept BEFORE DELETE ON products
    FOR EACH ROW EXECUTE FUNCTION refuse_deletion_of_published();
CREATE TRIGGER items_are_kept BEFORE DELETE ON items
    FOR EACH ROW EXECUTE FUNCTION refuse_deletion_of_published();

CREATE FUNCTION refuse_change_of_fixed_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND (NEW.type, NEW.precision, NEW.unit, NEW.period, NEW.commitment)
        IS DISTINCT FROM (OLD.type, OLD.precision, OLD.unit, OLD.period, OLD.commitment) THEN
        RAISE EXCEPTION '% is %: what it is sold by is fixed', OLD.id, OLD.status;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER items_are_fixed BEFORE UPDATE ON items
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_fixed_item();

CREATE FUNCTION refuse_change_of_fixed_parameter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.type, NEW.scope, NEW.phase) IS DISTINCT FROM (OLD.type, OLD.scope, OLD.phase) THEN
        RAISE EXCEPTION '%: type, scope and phase of a parameter are fixed', OLD.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER parameters_are_fixed BEFORE UPDATE ON parameters
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_fixed_parameter();

-- what a company may look at though it is another's, and why; kept by the acts that open and close it
CREATE TABLE sight (
    viewer_id text NOT NULL REFERENCES accounts,
    product_id text NOT NULL REFERENCES products,
    why text NOT NULL CHECK (why IN ('listing')),
    since timestamptz NOT NULL,
    PRIMARY KEY (viewer_id, product_id, why)
);
CREATE INDEX sight_since ON sight (viewer_id, why, since DESC, product_id DESC);
CREATE INDEX sight_product ON sight (product_id);
