DROP INDEX contracts_issued_kind, contracts_issued_status_kind, contracts_signed_kind, contracts_agreement_kind, partners_environment, sight_environment, listings_vendor_environment,
    listings_owner_environment, listing_requests_vendor_environment, listing_requests_owner_environment,
    subscriptions_vendor_environment, subscriptions_buyer_environment, subscriptions_distributor_environment,
    fulfillment_requests_vendor_environment, fulfillment_requests_buyer_environment, fulfillment_requests_distributor_environment,
    tier_account_requests_vendor_environment, tier_account_requests_owner_environment, tier_configs_vendor_environment,
    tier_configs_buyer_environment, tier_configs_distributor_environment, tier_config_requests_vendor_environment,
    tier_config_requests_buyer_environment, tier_config_requests_distributor_environment;
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

UPDATE saved_views SET query = substr(regexp_replace(regexp_replace('&' || query, '&environment=', '&kind=', 'g'),
    '&(sort=-?|columns=)environment(?=&|$)', '&\1kind', 'g'), 2) WHERE grid = 'contracts' AND query ~ 'environment';
UPDATE grid_choices SET shown = array_replace(shown, 'environment', 'kind') WHERE grid = 'contracts' AND 'environment' = ANY(shown);

ALTER TABLE tier_account_requests DROP COLUMN environment;

CREATE OR REPLACE FUNCTION keep_uses() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lived boolean := TG_OP = 'UPDATE' AND OLD.status NOT IN ('draft', 'terminated');
    lives boolean := NEW.status NOT IN ('draft', 'terminated');
    one record;
BEGIN
    IF TG_OP = 'UPDATE' AND lived = lives AND (OLD.customer_id, OLD.tier1_id, OLD.tier2_id)
        IS NOT DISTINCT FROM (NEW.customer_id, NEW.tier1_id, NEW.tier2_id) THEN
        RETURN NULL;
    END IF;
    -- one order of locks for everybody
    FOR one IN
        SELECT used.account, used.role, sum(used.step) AS step FROM (
            SELECT OLD.customer_id, 'customer', -1 WHERE lived
            UNION ALL SELECT OLD.tier1_id, 'tier1', -1 WHERE lived
            UNION ALL SELECT OLD.tier2_id, 'tier2', -1 WHERE lived AND OLD.tier2_id IS NOT NULL
            UNION ALL SELECT NEW.customer_id, 'customer', 1 WHERE lives
            UNION ALL SELECT NEW.tier1_id, 'tier1', 1 WHERE lives
            UNION ALL SELECT NEW.tier2_id, 'tier2', 1 WHERE lives AND NEW.tier2_id IS NOT NULL
        ) used (account, role, step) GROUP BY 1, 2 HAVING sum(used.step) <> 0 ORDER BY 1, 2
    LOOP
        INSERT INTO tier_account_uses AS u (tier_account_id, product_id, role, vendor_id, live)
            VALUES (one.account, NEW.product_id, one.role, NEW.vendor_id, greatest(one.step, 0))
            ON CONFLICT (tier_account_id, product_id, role) DO UPDATE SET live = u.live + one.step;
    END LOOP;
    RETURN NULL;
END $$;
ALTER TABLE tier_account_uses DISABLE TRIGGER USER;
DELETE FROM tier_account_uses;
ALTER TABLE tier_account_uses DROP COLUMN environment, ADD PRIMARY KEY (tier_account_id, product_id, role);
INSERT INTO tier_account_uses (tier_account_id, product_id, role, vendor_id, live)
SELECT used.account, s.product_id, used.role, s.vendor_id, count(*) FROM subscriptions s CROSS JOIN LATERAL (VALUES
    (s.customer_id, 'customer'), (s.tier1_id, 'tier1'), (s.tier2_id, 'tier2')) used (account, role)
WHERE used.account IS NOT NULL AND s.status NOT IN ('draft', 'terminated') GROUP BY 1, 2, 3, 4;
ALTER TABLE tier_account_uses ENABLE TRIGGER USER;

ALTER TABLE sight DROP COLUMN environment;

CREATE OR REPLACE FUNCTION keep_partners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'active' THEN
        INSERT INTO partners AS p (issuer_id, partner_id, contracts, since)
        VALUES (NEW.issuer_id, NEW.signee_id, 1, NEW.activated_at)
        ON CONFLICT (issuer_id, partner_id)
        DO UPDATE SET contracts = p.contracts + 1, since = least(p.since, excluded.since);
    ELSE
        UPDATE partners SET contracts = contracts - 1, since = (
            SELECT min(c.activated_at) FROM contracts c
            WHERE c.issuer_id = OLD.issuer_id AND c.signee_id = OLD.signee_id AND c.status = 'active')
        WHERE issuer_id = OLD.issuer_id AND partner_id = OLD.signee_id AND contracts > 1;
        IF NOT FOUND THEN
            DELETE FROM partners WHERE issuer_id = OLD.issuer_id AND partner_id = OLD.signee_id;
        END IF;
    END IF;
    RETURN NULL;
END $$;
ALTER TABLE partners DROP COLUMN environment, DROP COLUMN tests;
