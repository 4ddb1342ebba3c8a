-- What is listed, and what is settled of a tier, says itself that it is a test, so that every list tells tests from real ones.
ALTER TABLE listings ADD COLUMN environment text NOT NULL DEFAULT 'production' CHECK (environment IN ('production', 'test'));
ALTER TABLE listing_requests ADD COLUMN environment text NOT NULL DEFAULT 'production' CHECK (environment IN ('production', 'test'));
ALTER TABLE tier_config_requests
    ADD COLUMN environment text NOT NULL DEFAULT 'production' CHECK (environment IN ('production', 'test', 'preview'));

ALTER TABLE listings DISABLE TRIGGER USER;
ALTER TABLE listing_requests DISABLE TRIGGER USER;
ALTER TABLE tier_config_requests DISABLE TRIGGER USER;
UPDATE listings l SET environment = 'test' FROM contracts c WHERE c.id = l.contract_id AND c.kind = 'test';
UPDATE listing_requests r SET environment = l.environment FROM listings l WHERE l.id = r.listing_id AND l.environment = 'test';
UPDATE tier_config_requests r SET environment = c.environment FROM tier_configs c
    WHERE c.id = r.tier_config_id AND c.environment <> 'production';
ALTER TABLE listings ENABLE TRIGGER USER;
ALTER TABLE listing_requests ENABLE TRIGGER USER;
ALTER TABLE tier_config_requests ENABLE TRIGGER USER;

CREATE FUNCTION listing_environment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.environment := CASE WHEN EXISTS (SELECT FROM contracts WHERE id = NEW.contract_id AND kind = 'test') THEN 'test' ELSE 'production' END;
    RETURN NEW;
END $$;
CREATE TRIGGER listings_are_in_their_contracts_environment BEFORE INSERT OR UPDATE OF contract_id, environment ON listings
    FOR EACH ROW EXECUTE FUNCTION listing_environment();

CREATE FUNCTION listing_request_environment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.environment := coalesce((SELECT environment FROM listings WHERE id = NEW.listing_id), 'production');
    RETURN NEW;
END $$;
CREATE TRIGGER listing_requests_are_in_their_listings_environment BEFORE INSERT ON listing_requests
    FOR EACH ROW EXECUTE FUNCTION listing_request_environment();

CREATE FUNCTION tier_config_request_environment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.environment := coalesce((SELECT environment FROM tier_configs WHERE id = NEW.tier_config_id), 'production');
    RETURN NEW;
END $$;
CREATE TRIGGER tier_config_requests_are_in_their_configs_environment BEFORE INSERT ON tier_config_requests
    FOR EACH ROW EXECUTE FUNCTION tier_config_request_environment();

-- tests are few: a list of them alone does not walk through all the others
CREATE INDEX listings_vendor_tests ON listings (vendor_id, created_at DESC, id DESC) WHERE environment = 'test';
CREATE INDEX listings_owner_tests ON listings (owner_id, created_at DESC, id DESC) WHERE environment = 'test';
CREATE INDEX listing_requests_vendor_tests ON listing_requests (vendor_id, submitted_at DESC, id DESC) WHERE environment = 'test';
CREATE INDEX listing_requests_owner_tests ON listing_requests (owner_id, submitted_at DESC, id DESC) WHERE environment = 'test';
CREATE INDEX subscriptions_vendor_tests ON subscriptions (vendor_id, created_at DESC, id DESC) WHERE environment = 'test';
CREATE INDEX subscriptions_buyer_tests ON subscriptions (buyer_id, created_at DESC, id DESC) WHERE environment = 'test';
CREATE INDEX subscriptions_distributor_tests ON subscriptions (distributor_id, created_at DESC, id DESC) WHERE environment = 'test';
CREATE INDEX fulfillment_requests_vendor_tests ON fulfillment_requests (vendor_id, created_at DESC, id DESC) WHERE environment = 'test';
CREATE INDEX fulfillment_requests_buyer_tests ON fulfillment_requests (buyer_id, created_at DESC, id DESC) WHERE environment = 'test';
CREATE INDEX fulfillment_requests_distributor_tests ON fulfillment_requests (distributor_id, created_at DESC, id DESC)
    WHERE environment = 'test';
