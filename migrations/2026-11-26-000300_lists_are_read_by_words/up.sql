-- a company's products are found by the words of what it sees: its newest public version. Empty while there is none
ALTER TABLE sight ADD COLUMN search text NOT NULL DEFAULT '';
UPDATE sight s SET search = v.search FROM products p JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version
    WHERE p.id = s.product_id;

CREATE FUNCTION words_of_sight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search := coalesce((SELECT v.search FROM products p JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version
        WHERE p.id = NEW.product_id), '');
    RETURN NEW;
END $$;
CREATE TRIGGER sight_has_words BEFORE INSERT ON sight FOR EACH ROW EXECUTE FUNCTION words_of_sight();

CREATE FUNCTION renew_words_of_sight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sight SET search = coalesce((SELECT v.search FROM product_versions v WHERE v.product_id = NEW.id AND v.number = NEW.public_version), '')
        WHERE product_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER products_renew_words_of_sight AFTER UPDATE OF public_version ON products FOR EACH ROW
    WHEN (OLD.public_version IS DISTINCT FROM NEW.public_version) EXECUTE FUNCTION renew_words_of_sight();

DROP INDEX sight_since, sight_environment;
CREATE INDEX sight_since ON sight (viewer_id, why, since DESC, product_id DESC) WHERE search <> '';
CREATE INDEX sight_environment ON sight (viewer_id, why, environment, since DESC, product_id DESC) WHERE search <> '';
CREATE INDEX sight_search ON sight USING gin (viewer_id, search gin_trgm_ops);

-- lists that are filtered by a status are read in the order of an index, however rare it is, and counted by the index alone
DROP INDEX listing_requests_vendor_status, listing_requests_owner_status, fulfillment_requests_vendor_status,
    fulfillment_requests_distributor_status, fulfillment_requests_buyer_status, tier_account_requests_vendor_status,
    tier_account_requests_owner_status, tier_config_requests_vendor_status;
CREATE INDEX listing_requests_vendor_status ON listing_requests (vendor_id, status, submitted_at, id) INCLUDE (environment);
CREATE INDEX listing_requests_owner_status ON listing_requests (owner_id, status, submitted_at, id) INCLUDE (environment);
CREATE INDEX fulfillment_requests_vendor_status ON fulfillment_requests (vendor_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX fulfillment_requests_distributor_status ON fulfillment_requests (distributor_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX fulfillment_requests_buyer_status ON fulfillment_requests (buyer_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX tier_account_requests_vendor_status ON tier_account_requests (vendor_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX tier_account_requests_owner_status ON tier_account_requests (owner_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX tier_config_requests_vendor_status ON tier_config_requests (vendor_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX tier_config_requests_buyer_status ON tier_config_requests (buyer_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX tier_config_requests_distributor_status ON tier_config_requests (distributor_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX listings_vendor_status ON listings (vendor_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX listings_owner_status ON listings (owner_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX subscriptions_vendor_status ON subscriptions (vendor_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX subscriptions_buyer_status ON subscriptions (buyer_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX subscriptions_distributor_status ON subscriptions (distributor_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX tier_configs_vendor_status ON tier_configs (vendor_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX tier_configs_buyer_status ON tier_configs (buyer_id, status, created_at, id) INCLUDE (environment);
CREATE INDEX tier_configs_distributor_status ON tier_configs (distributor_id, status, created_at, id) INCLUDE (environment);

-- how many stand below an account is counted by the index alone
DROP INDEX tier_accounts_parent;
CREATE INDEX tier_accounts_parent ON tier_accounts (parent_id, name, id) INCLUDE (status);

DROP INDEX contracts_signed_status;
CREATE INDEX contracts_signed_status ON contracts (signee_id, status, created_at DESC, id DESC) INCLUDE (kind);
