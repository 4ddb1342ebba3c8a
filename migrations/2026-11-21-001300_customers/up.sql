-- customers and the resellers above them, in trees; the row is what is known now, its versions what was
CREATE TABLE tier_accounts (
    id text PRIMARY KEY CHECK (id ~ '^TA-[0-9]{4}-[0-9]{4}-[0-9]{4}$'),
    owner_id text NOT NULL REFERENCES accounts,
    type text NOT NULL CHECK (type IN ('customer', 'reseller')),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'decommissioned')),
    -- a reseller of the same owner
    parent_id text,
    parent_type text GENERATED ALWAYS AS (CASE WHEN parent_id IS NOT NULL THEN 'reseller' END) STORED,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    external_id text NOT NULL DEFAULT '' CHECK (char_length(external_id) <= 128),
    external_uid uuid NOT NULL,
    tax_id text NOT NULL DEFAULT '' CHECK (char_length(tax_id) <= 64),
    -- ISO 3166-1 alpha-2
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    state text NOT NULL DEFAULT '' CHECK (char_length(state) <= 128),
    city text NOT NULL CHECK (char_length(city) BETWEEN 1 AND 128),
    postal_code text NOT NULL CHECK (char_length(postal_code) BETWEEN 1 AND 32),
    address_line1 text NOT NULL CHECK (char_length(address_line1) BETWEEN 1 AND 255),
    address_line2 text NOT NULL DEFAULT '' CHECK (char_length(address_line2) <= 255),
    first_name text NOT NULL CHECK (char_length(first_name) BETWEEN 1 AND 128),
    last_name text NOT NULL CHECK (char_length(last_name) BETWEEN 1 AND 128),
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    -- E.164
    phone text NOT NULL DEFAULT '' CHECK (phone = '' OR phone ~ '^\+[1-9][0-9]{3,14}$'),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    search text NOT NULL GENERATED ALWAYS AS
        (lower(name || ' ' || id || ' ' || external_id || ' ' || external_uid::text || ' ' || email)) STORED,
    UNIQUE (id, owner_id, type),
    UNIQUE (owner_id, external_uid),
    FOREIGN KEY (parent_id, owner_id, parent_type) REFERENCES tier_accounts (id, owner_id, type),
    CHECK (type = 'reseller' OR parent_id IS NOT NULL),
    CHECK (parent_id <> id)
);
CREATE INDEX tier_accounts_owner ON tier_accounts (owner_id, created_at DESC, id DESC) WHERE status = 'active';
CREATE INDEX tier_accounts_parent ON tier_accounts (parent_id, lower(name), id);
CREATE INDEX tier_accounts_roots ON tier_accounts (owner_id, lower(name), id) WHERE parent_id IS NULL;
CREATE INDEX tier_accounts_search ON tier_accounts USING gin (owner_id, search gin_trgm_ops);
CREATE INDEX tier_accounts_external ON tier_accounts (external_id, owner_id);
CREATE INDEX tier_accounts_tax ON tier_accounts (tax_id, owner_id) WHERE tax_id <> '';
CREATE INDEX tier_accounts_email ON tier_accounts (owner_id, lower(email));

-- every state of an account, the present one included
CREATE TABLE tier_account_versions (
    tier_account_id text NOT NULL REFERENCES tier_accounts,
    number integer NOT NULL CHECK (number > 0),
    data jsonb NOT NULL,
    author text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tier_account_id, number)
);
CREATE TRIGGER tier_account_versions_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON tier_account_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- a file of accounts: read and checked at once, applied by a job that goes on where it stopped
CREATE TABLE customer_imports (
    id uuid PRIMARY KEY,
    owner_id text NOT NULL REFERENCES accounts,
    user_id text NOT NULL REFERENCES users,
    file_name text NOT NULL CHECK (char_length(file_name) BETWEEN 1 AND 200),
    -- the same file again leads to its import
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    state text NOT NULL CHECK (state IN ('checked', 'applying', 'done')),
    -- the last row that was applied: the job goes on behind it
    position integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (owner_id, sha256)
);
CREATE INDEX customer_imports_owner ON customer_imports (owner_id, created_at DESC);
CREATE INDEX customer_imports_user ON customer_imports (user_id);
CREATE INDEX customer_imports_applying ON customer_imports (updated_at) WHERE state = 'applying';

CREATE TABLE customer_import_rows (
    import_id uuid NOT NULL REFERENCES customer_imports ON DELETE CASCADE,
    -- in the file
    number integer NOT NULL CHECK (number > 0),
    cells text[] NOT NULL CHECK (cardinality(cells) = 20),
    result text NOT NULL CHECK (result IN ('create', 'update', 'skip', 'error', 'created', 'updated', 'same')),
    message text NOT NULL DEFAULT '',
    tier_account_id text REFERENCES tier_accounts,
    PRIMARY KEY (import_id, number)
);
CREATE INDEX customer_import_rows_result ON customer_import_rows (import_id, result, number);
CREATE INDEX customer_import_rows_account ON customer_import_rows (tier_account_id);
