DROP INDEX usage_files_owner_updated, usage_files_vendor_updated, contracts_signed_updated, contracts_issued_updated,
    listing_requests_owner_due, tier_config_requests_vendor_due, tier_account_requests_vendor_due, fulfillment_requests_vendor_due;
ALTER TABLE memberships ADD COLUMN seen_at timestamptz;
UPDATE memberships SET seen_at = last_seen_at;
