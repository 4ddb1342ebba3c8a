DROP INDEX contracts_signed_status;
CREATE INDEX contracts_signed_status ON contracts (signee_id, status);
DROP INDEX tier_accounts_parent;
CREATE INDEX tier_accounts_parent ON tier_accounts (parent_id, name, id);
DROP INDEX listing_requests_vendor_status, listing_requests_owner_status, fulfillment_requests_vendor_status,
    fulfillment_requests_distributor_status, fulfillment_requests_buyer_status, tier_account_requests_vendor_status,
    tier_account_requests_owner_status, tier_config_requests_vendor_status, tier_config_requests_buyer_status,
    tier_config_requests_distributor_status, listings_vendor_status, listings_owner_status, subscriptions_vendor_status,
    subscriptions_buyer_status, subscriptions_distributor_status, tier_configs_vendor_status, tier_configs_buyer_status,
    tier_configs_distributor_status;
CREATE INDEX listing_requests_vendor_status ON listing_requests (vendor_id, status, submitted_at, id);
CREATE INDEX listing_requests_owner_status ON listing_requests (owner_id, status, submitted_at, id);
CREATE INDEX fulfillment_requests_vendor_status ON fulfillment_requests (vendor_id, status, created_at, id);
CREATE INDEX fulfillment_requests_distributor_status ON fulfillment_requests (distributor_id, status, created_at, id);
CREATE INDEX fulfillment_requests_buyer_status ON fulfillment_requests (buyer_id, status, created_at, id);
CREATE INDEX tier_account_requests_vendor_status ON tier_account_requests (vendor_id, status, created_at, id);
CREATE INDEX tier_account_requests_owner_status ON tier_account_requests (owner_id, status, created_at, id);
CREATE INDEX tier_config_requests_vendor_status ON tier_config_requests (vendor_id, status, created_at, id);
DROP INDEX sight_search, sight_environment, sight_since;
CREATE INDEX sight_since ON sight (viewer_id, why, since DESC, product_id DESC);
CREATE INDEX sight_environment ON sight (viewer_id, why, environment, since DESC, product_id DESC);
DROP TRIGGER products_renew_words_of_sight ON products;
DROP FUNCTION renew_words_of_sight;
DROP TRIGGER sight_has_words ON sight;
DROP FUNCTION words_of_sight;
ALTER TABLE sight DROP COLUMN search;
