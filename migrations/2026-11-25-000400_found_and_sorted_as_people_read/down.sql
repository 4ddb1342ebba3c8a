DROP TRIGGER contracts_fold_search ON contracts;
DROP FUNCTION fold_search();
DROP INDEX tier_accounts_parent, tier_accounts_roots, tier_accounts_named, tier_accounts_email, items_name;
ALTER TABLE accounts DROP COLUMN search;
ALTER TABLE users DROP COLUMN search;
ALTER TABLE contracts DROP COLUMN note_search;
ALTER TABLE agreements DROP COLUMN search;
ALTER TABLE hubs DROP COLUMN search;
ALTER TABLE marketplaces DROP COLUMN search;
ALTER TABLE products DROP COLUMN search;
ALTER TABLE product_versions DROP COLUMN search;
ALTER TABLE tier_accounts DROP COLUMN search;
ALTER TABLE subscriptions DROP COLUMN search;
ALTER TABLE fulfillment_requests DROP COLUMN search;
ALTER TABLE tier_account_requests DROP COLUMN search;
ALTER TABLE tier_configs DROP COLUMN search;
ALTER TABLE tier_config_requests DROP COLUMN search;

ALTER TABLE accounts ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE users ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE groups ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE agreements ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE saved_views ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE hubs ALTER COLUMN name TYPE text COLLATE "default", ALTER COLUMN instance TYPE text COLLATE "default";
ALTER TABLE marketplaces ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE products ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE product_versions ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE items ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE parameters ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE templates ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE tier_accounts ALTER COLUMN name TYPE text COLLATE "default", ALTER COLUMN external_id TYPE text COLLATE "default";
ALTER TABLE subscriptions
    ALTER COLUMN customer_name TYPE text COLLATE "default", ALTER COLUMN external_id TYPE text COLLATE "default";
ALTER TABLE fulfillment_requests ALTER COLUMN customer_name TYPE text COLLATE "default";
ALTER TABLE request_items ALTER COLUMN name TYPE text COLLATE "default";
ALTER TABLE tier_account_requests ALTER COLUMN account_name TYPE text COLLATE "default";
ALTER TABLE tier_configs ALTER COLUMN account_name TYPE text COLLATE "default";
ALTER TABLE tier_config_requests ALTER COLUMN account_name TYPE text COLLATE "default";
DROP FUNCTION holding(text), folded(text);
DROP COLLATION people;

ALTER TABLE agreements ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || id)) STORED;
ALTER TABLE hubs
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || id || ' ' || coalesce(instance, ''))) STORED;
ALTER TABLE marketplaces ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || id)) STORED;
ALTER TABLE products ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || id)) STORED;
ALTER TABLE product_versions
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || product_id)) STORED;
ALTER TABLE tier_accounts ADD COLUMN search text NOT NULL GENERATED ALWAYS AS
    (lower(name || ' ' || id || ' ' || external_id || ' ' || external_uid::text || ' ' || email)) STORED;
ALTER TABLE subscriptions ADD COLUMN search text NOT NULL GENERATED ALWAYS AS
    (lower(customer_name || ' ' || id || ' ' || external_id || ' ' || external_uid::text)) STORED;
ALTER TABLE fulfillment_requests
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (lower(customer_name || ' ' || id)) STORED;
ALTER TABLE tier_account_requests
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (lower(account_name || ' ' || id)) STORED;
ALTER TABLE tier_configs ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (lower(account_name || ' ' || id)) STORED;
ALTER TABLE tier_config_requests
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (lower(account_name || ' ' || id)) STORED;

CREATE INDEX agreements_search ON agreements USING gin (owner_id, search gin_trgm_ops);
CREATE INDEX products_search ON products USING gin (vendor_id, search gin_trgm_ops);
CREATE INDEX product_versions_search ON product_versions USING gin (search gin_trgm_ops);
CREATE INDEX tier_accounts_search ON tier_accounts USING gin (owner_id, search gin_trgm_ops);
CREATE INDEX subscriptions_search ON subscriptions USING gin (search gin_trgm_ops);
CREATE INDEX fulfillment_requests_search ON fulfillment_requests USING gin (search gin_trgm_ops);
CREATE INDEX tier_account_requests_search ON tier_account_requests USING gin (search gin_trgm_ops);
CREATE INDEX tier_configs_search ON tier_configs USING gin (search gin_trgm_ops);
CREATE INDEX tier_config_requests_search ON tier_config_requests USING gin (search gin_trgm_ops);
CREATE INDEX tier_accounts_parent ON tier_accounts (parent_id, lower(name), id);
CREATE INDEX tier_accounts_roots ON tier_accounts (owner_id, lower(name), id) WHERE parent_id IS NULL;
CREATE INDEX tier_accounts_email ON tier_accounts (owner_id, lower(email));
CREATE UNIQUE INDEX items_name ON items (product_id, lower(name));
