-- what a vendor reports that was used of a product on one marketplace in one period; the marketplace's owner reviews it and bills from it
CREATE TABLE usage_files (
    id text PRIMARY KEY CHECK (id ~ '^UF-[0-9]{4}-[0-9]{2}-[0-9]{4}-[0-9]{4}$'),
    status text NOT NULL CHECK (status IN ('draft', 'uploading', 'processing', 'invalid', 'ready', 'rejected', 'pending', 'accepted',
        'closed')),
    environment text NOT NULL CHECK (environment IN ('production', 'test', 'preview')),
    -- as the product had it when the file was created
    schema text NOT NULL CHECK (schema IN ('QT', 'TR', 'CR', 'PR')),
    name text COLLATE people NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 200),
    external_id text NOT NULL DEFAULT '' CHECK (char_length(external_id) <= 200),
    product_id text NOT NULL,
    -- as the public version was called then, since the marketplace's owner may not know Master's
    product_name text COLLATE people NOT NULL,
    contract_id text NOT NULL REFERENCES contracts,
    marketplace_id text NOT NULL,
    vendor_id text NOT NULL REFERENCES accounts,
    owner_id text NOT NULL REFERENCES accounts,
    currency text CHECK (currency ~ '^[A-Z]{3}$'),
    -- half-open
    period_from timestamptz NOT NULL,
    period_to timestamptz NOT NULL,
    -- so many uploads
    round integer NOT NULL DEFAULT 0 CHECK (round >= 0),
    -- of the last good upload
    records integer NOT NULL DEFAULT 0 CHECK (records >= 0),
    -- a number as text, since a sum may have more digits than programs count with
    amount text CHECK (amount ~ '^[0-9]+([.][0-9]+)?$'),
    -- what was said when it was accepted or rejected
    note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 200),
    billing_reference text NOT NULL DEFAULT '' CHECK (char_length(billing_reference) <= 200),
    billing_note text NOT NULL DEFAULT '' CHECK (char_length(billing_note) <= 200),
    creator_id text NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- the first time: from then on the marketplace's owner sees it
    submitted_at timestamptz,
    revision integer NOT NULL DEFAULT 1,
    search text NOT NULL GENERATED ALWAYS AS (folded(name || ' ' || id || ' ' || external_id || ' ' || product_name)) STORED,
    FOREIGN KEY (product_id, vendor_id) REFERENCES products (id, vendor_id),
    FOREIGN KEY (marketplace_id, owner_id) REFERENCES marketplaces (id, owner_id),
    CHECK (period_to > period_from),
    CHECK (schema = 'QT' OR currency IS NOT NULL),
    CHECK (submitted_at IS NOT NULL OR status NOT IN ('pending', 'rejected', 'accepted', 'closed')),
    CHECK (status <> 'closed' OR billing_reference <> '')
);
CREATE INDEX usage_files_vendor ON usage_files (vendor_id, created_at DESC, id DESC);
CREATE INDEX usage_files_owner ON usage_files (owner_id, created_at DESC, id DESC) WHERE submitted_at IS NOT NULL;
CREATE INDEX usage_files_vendor_status ON usage_files (vendor_id, status, created_at DESC, id DESC);
CREATE INDEX usage_files_owner_status ON usage_files (owner_id, status, created_at DESC, id DESC) WHERE submitted_at IS NOT NULL;
CREATE INDEX usage_files_vendor_tests ON usage_files (vendor_id, created_at DESC, id DESC) WHERE environment = 'test';
CREATE INDEX usage_files_owner_tests ON usage_files (owner_id, created_at DESC, id DESC)
    WHERE environment = 'test' AND submitted_at IS NOT NULL;
CREATE INDEX usage_files_product ON usage_files (product_id);
CREATE INDEX usage_files_contract ON usage_files (contract_id);
CREATE INDEX usage_files_marketplace ON usage_files (marketplace_id);
CREATE INDEX usage_files_creator ON usage_files (creator_id);
CREATE INDEX usage_files_external ON usage_files (external_id);
CREATE INDEX usage_files_search ON usage_files USING gin (search gin_trgm_ops);
CREATE INDEX usage_files_waiting ON usage_files (id) WHERE status IN ('uploading', 'processing');

-- the last upload of a file, as it came, and how far the job is with it
CREATE TABLE usage_uploads (
    file_id text PRIMARY KEY REFERENCES usage_files ON DELETE CASCADE,
    file_name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('xlsx', 'csv')),
    sha256 text NOT NULL,
    sent_at timestamptz NOT NULL,
    -- rows that were read, and how many of them are wrong
    work integer NOT NULL DEFAULT 0,
    wrong integer NOT NULL DEFAULT 0,
    -- how often the check of it was begun
    attempts integer NOT NULL DEFAULT 0,
    -- one program at a time works on it
    leased_by uuid,
    leased_until timestamptz,
    bytes bytea NOT NULL
);
-- workbooks are packed already
ALTER TABLE usage_uploads ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- the good rows of a file; what becomes of them becomes of the file, so none is ever changed
CREATE TABLE usage_records (
    file_id text NOT NULL REFERENCES usage_files ON DELETE CASCADE,
    -- the row of the sheet
    number integer NOT NULL,
    product_id text NOT NULL REFERENCES products,
    -- the vendor's own id of it
    key text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    note text NOT NULL,
    item_id text NOT NULL REFERENCES items,
    subscription_id text NOT NULL REFERENCES subscriptions,
    quantity numeric(24, 8) NOT NULL CHECK (quantity >= 0),
    amount numeric(24, 8) CHECK (amount >= 0),
    start_at timestamptz NOT NULL,
    end_at timestamptz NOT NULL,
    -- 0 is the customer, 1 and 2 those above it
    tier smallint CHECK (tier BETWEEN 0 AND 2),
    category text NOT NULL,
    -- columns of the vendor's own, v.… and p.…
    extra jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (file_id, number),
    CHECK (end_at > start_at)
);
CREATE INDEX usage_records_key ON usage_records (product_id, key);
CREATE INDEX usage_records_item ON usage_records (item_id);
CREATE INDEX usage_records_subscription ON usage_records (subscription_id, start_at);

CREATE FUNCTION refuse_change_of_submitted_usage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one text;
BEGIN
    FOR one IN SELECT DISTINCT file_id FROM touched LOOP
        IF EXISTS (SELECT FROM usage_files WHERE id = one AND status IN ('pending', 'accepted', 'closed')) THEN
            RAISE EXCEPTION 'the records of % were submitted', one;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER usage_records_once_submitted_insert AFTER INSERT ON usage_records REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_submitted_usage();
CREATE TRIGGER usage_records_once_submitted_delete AFTER DELETE ON usage_records REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_submitted_usage();
CREATE TRIGGER usage_records_never_change BEFORE UPDATE ON usage_records
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- sums of a file that is ready, so that nobody walks over its records; -1 is no tier
CREATE TABLE usage_totals (
    file_id text NOT NULL REFERENCES usage_files ON DELETE CASCADE,
    subscription_id text NOT NULL REFERENCES subscriptions,
    item_id text NOT NULL REFERENCES items,
    tier smallint NOT NULL,
    records integer NOT NULL CHECK (records > 0),
    quantity numeric NOT NULL,
    amount numeric,
    PRIMARY KEY (file_id, subscription_id, item_id, tier)
);
CREATE INDEX usage_totals_subscription ON usage_totals (subscription_id);
CREATE INDEX usage_totals_item ON usage_totals (item_id);

-- what stands against an upload: the first thousand of each sort; row 0 is the file as a whole
CREATE TABLE usage_faults (
    file_id text NOT NULL REFERENCES usage_files ON DELETE CASCADE,
    number integer NOT NULL,
    -- apart from others of the row
    position smallint NOT NULL,
    code text NOT NULL,
    -- the letters of its column, and the header; nothing when the row as a whole is wrong
    letters text NOT NULL,
    header text NOT NULL,
    -- what stands there, and what a message names besides
    raw text NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (file_id, number, position)
);
CREATE INDEX usage_faults_code ON usage_faults (file_id, code, number);

-- how many there are of each sort
CREATE TABLE usage_fault_counts (
    file_id text NOT NULL REFERENCES usage_files ON DELETE CASCADE,
    code text NOT NULL,
    faults integer NOT NULL CHECK (faults > 0),
    PRIMARY KEY (file_id, code)
);
