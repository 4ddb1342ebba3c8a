DROP TABLE tier_config_requests, tier_configs, tier_account_requests, tier_account_uses, request_items, fulfillment_requests,
    unique_values, subscription_items, subscriptions;
DROP FUNCTION keep_uses;
DROP FUNCTION refuse_change_of_ended_request;
ALTER TABLE accounts DROP COLUMN service_days;
ALTER TABLE memberships DROP COLUMN seen_at, DROP COLUMN seen_before_at;
DROP INDEX listing_requests_vendor_updated, listing_requests_owner_updated;
