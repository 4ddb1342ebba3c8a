-- where an owner's commerce system meets ours
CREATE TABLE hubs (
    id text PRIMARY KEY CHECK (id ~ '^HB-[0-9]{4}-[0-9]{4}$'),
    owner_id text NOT NULL REFERENCES accounts,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    description text NOT NULL CHECK (char_length(description) BETWEEN 1 AND 2000),
    -- how the owner's own system names this hub
    instance text CHECK (char_length(instance) BETWEEN 1 AND 255),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    search text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || id || ' ' || coalesce(instance, ''))) STORED,
    UNIQUE (owner_id, name),
    UNIQUE (owner_id, instance),
    UNIQUE (id, owner_id)
);
CREATE INDEX hubs_owner ON hubs (owner_id, created_at DESC, id DESC);

CREATE TABLE marketplaces (
    id text PRIMARY KEY CHECK (id ~ '^MP-[0-9]{5}$'),
    owner_id text NOT NULL REFERENCES accounts,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 2000),
    -- ISO 4217
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- ISO 3166-1 alpha-2
    countries text[] NOT NULL CHECK (cardinality(countries) BETWEEN 1 AND 300),
    -- which columns price lists may have here
    prices text[] NOT NULL CHECK (cardinality(prices) >= 1 AND prices <@ ARRAY['price', 'st0p', 'st1p', 'st2p']),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    search text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || id)) STORED,
    UNIQUE (owner_id, name),
    UNIQUE (id, owner_id)
);
CREATE INDEX marketplaces_owner ON marketplaces (owner_id, created_at DESC, id DESC);

CREATE TABLE marketplace_hubs (
    marketplace_id text NOT NULL,
    owner_id text NOT NULL,
    hub_id text NOT NULL,
    -- the account in the owner's commerce system that sells here
    external_account text NOT NULL CHECK (char_length(external_account) BETWEEN 1 AND 255),
    PRIMARY KEY (marketplace_id, hub_id),
    FOREIGN KEY (marketplace_id, owner_id) REFERENCES marketplaces (id, owner_id) ON DELETE CASCADE,
    FOREIGN KEY (hub_id, owner_id) REFERENCES hubs (id, owner_id)
);
CREATE INDEX marketplace_hubs_hub ON marketplace_hubs (hub_id);
CREATE INDEX marketplace_hubs_owner ON marketplace_hubs (owner_id);
