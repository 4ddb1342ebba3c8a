-- A visit begins with the first page after a break. When one was here before it, Home tells what is new since, and it is kept where each
-- page is noted: so looking at Home writes nothing
ALTER TABLE memberships DROP COLUMN seen_at;

-- what waits longest is not always due first
CREATE INDEX fulfillment_requests_vendor_due ON fulfillment_requests (vendor_id, status, environment, due_at, id)
    WHERE status IN ('pending', 'revoking');
CREATE INDEX tier_account_requests_vendor_due ON tier_account_requests (vendor_id, environment, due_at, id) WHERE status = 'pending';
CREATE INDEX tier_config_requests_vendor_due ON tier_config_requests (vendor_id, environment, due_at, id) WHERE status = 'pending';
CREATE INDEX listing_requests_owner_due ON listing_requests (owner_id, status, environment, due_at, id)
    WHERE status IN ('reviewing', 'deploying');

-- what changed since is read from the newest on
CREATE INDEX contracts_issued_updated ON contracts (issuer_id, updated_at DESC);
CREATE INDEX contracts_signed_updated ON contracts (signee_id, updated_at DESC);
CREATE INDEX usage_files_vendor_updated ON usage_files (vendor_id, updated_at DESC);
CREATE INDEX usage_files_owner_updated ON usage_files (owner_id, updated_at DESC) WHERE submitted_at IS NOT NULL;
