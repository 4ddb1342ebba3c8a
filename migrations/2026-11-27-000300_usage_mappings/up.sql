-- how a vendor's own report of a product is read: columns, rules for rows, groups
CREATE TABLE usage_mappings (
    id text PRIMARY KEY CHECK (id ~ '^UM-[0-9]{4}-[0-9]{4}$'),
    vendor_id text NOT NULL REFERENCES accounts,
    product_id text NOT NULL,
    name text COLLATE people NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    -- counts the changes of the definition; it is the revision too
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    search text NOT NULL GENERATED ALWAYS AS (folded(name || ' ' || id || ' ' || product_id)) STORED,
    FOREIGN KEY (product_id, vendor_id) REFERENCES products (id, vendor_id),
    UNIQUE (product_id, name)
);
CREATE INDEX usage_mappings_vendor ON usage_mappings (vendor_id, created_at DESC, id DESC);
CREATE INDEX usage_mappings_search ON usage_mappings USING gin (search gin_trgm_ops);

-- how an upload was read that is no file of the standard format, and where its rows went. The definition is kept as it was, so that what
-- becomes of the mapping changes nothing about the file
CREATE TABLE usage_mapped (
    file_id text PRIMARY KEY REFERENCES usage_uploads ON DELETE CASCADE,
    -- none for a mapping that is always there, and for one that is gone
    mapping_id text REFERENCES usage_mappings ON DELETE SET NULL,
    name text COLLATE people NOT NULL,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    -- what the vendor says that the report comes to
    control_rows integer CHECK (control_rows >= 0),
    control_total text,
    -- rows and sums, once all rows are read
    ledger jsonb
);
CREATE INDEX usage_mapped_mapping ON usage_mapped (mapping_id);

-- the other rows of the report that became the one a mistake is in: the first of them, and how many there are besides
ALTER TABLE usage_faults ADD COLUMN others integer[] NOT NULL DEFAULT '{}', ADD COLUMN more integer NOT NULL DEFAULT 0;
