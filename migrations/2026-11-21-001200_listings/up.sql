-- a product's place on a marketplace, under the distribution contract that allows it
CREATE TABLE listings (
    id text PRIMARY KEY CHECK (id ~ '^LST-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    status text NOT NULL DEFAULT 'unlisted' CHECK (status IN ('unlisted', 'listed')),
    product_id text NOT NULL,
    contract_id text NOT NULL,
    marketplace_id text NOT NULL,
    vendor_id text NOT NULL REFERENCES accounts,
    -- of the marketplace
    owner_id text NOT NULL REFERENCES accounts,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (product_id, contract_id),
    UNIQUE (id, product_id, marketplace_id, vendor_id, owner_id),
    FOREIGN KEY (product_id, vendor_id) REFERENCES products (id, vendor_id),
    FOREIGN KEY (contract_id) REFERENCES contracts,
    FOREIGN KEY (marketplace_id, owner_id) REFERENCES marketplaces (id, owner_id)
);
CREATE INDEX listings_vendor ON listings (vendor_id, created_at DESC, id DESC);
CREATE INDEX listings_owner ON listings (owner_id, created_at DESC, id DESC);
CREATE INDEX listings_contract ON listings (contract_id);
CREATE INDEX listings_marketplace ON listings (marketplace_id);

CREATE TABLE listing_requests (
    id text PRIMARY KEY CHECK (id ~ '^LSTR-[0-9]{3}-[0-9]{3}-[0-9]{3}-[0-9]{3,}$'),
    type text NOT NULL CHECK (type IN ('new', 'update', 'remove')),
    status text NOT NULL CHECK (status IN ('draft', 'reviewing', 'deploying', 'completed', 'cancelled')),
    listing_id text NOT NULL,
    product_id text NOT NULL,
    -- the newest public one when it was submitted
    version integer NOT NULL,
    marketplace_id text NOT NULL,
    vendor_id text NOT NULL,
    owner_id text NOT NULL,
    note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 2000),
    -- why it came back or was cancelled
    reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 500),
    creator_id text NOT NULL REFERENCES users,
    assignee_id text REFERENCES users,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    submitted_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    FOREIGN KEY (listing_id, product_id, marketplace_id, vendor_id, owner_id)
        REFERENCES listings (id, product_id, marketplace_id, vendor_id, owner_id),
    FOREIGN KEY (product_id, version) REFERENCES product_versions (product_id, number)
);
CREATE UNIQUE INDEX listing_requests_one_open ON listing_requests (listing_id)
    WHERE status IN ('draft', 'reviewing', 'deploying');
CREATE INDEX listing_requests_listing ON listing_requests (listing_id, created_at DESC);
CREATE INDEX listing_requests_vendor ON listing_requests (vendor_id, submitted_at DESC, id DESC);
CREATE INDEX listing_requests_owner ON listing_requests (owner_id, submitted_at DESC, id DESC);
CREATE INDEX listing_requests_vendor_status ON listing_requests (vendor_id, status, submitted_at, id);
CREATE INDEX listing_requests_owner_status ON listing_requests (owner_id, status, submitted_at, id);
CREATE INDEX listing_requests_product ON listing_requests (product_id, version);
CREATE INDEX listing_requests_marketplace ON listing_requests (marketplace_id);
CREATE INDEX listing_requests_creator ON listing_requests (creator_id);
CREATE INDEX listing_requests_assignee ON listing_requests (assignee_id);

-- marketplaces may bear a logo
ALTER TABLE marketplaces ADD COLUMN logo text REFERENCES blobs;
CREATE INDEX marketplaces_logo ON marketplaces (logo);
