-- a partner is a test while all that binds it is: so the Directory can say so, and count it apart
ALTER TABLE partners ADD COLUMN tests integer NOT NULL DEFAULT 0;
UPDATE partners p SET tests = c.tests FROM (SELECT issuer_id, signee_id, count(*) AS tests FROM contracts
    WHERE status = 'active' AND kind = 'test' GROUP BY 1, 2) c WHERE c.issuer_id = p.issuer_id AND c.signee_id = p.partner_id;
ALTER TABLE partners
    ADD CHECK (tests BETWEEN 0 AND contracts),
    ADD COLUMN environment text NOT NULL
        GENERATED ALWAYS AS (CASE WHEN tests = contracts THEN 'test' ELSE 'production' END) STORED;

CREATE OR REPLACE FUNCTION keep_partners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'active' THEN
        INSERT INTO partners AS p (issuer_id, partner_id, contracts, tests, since)
        VALUES (NEW.issuer_id, NEW.signee_id, 1, (NEW.kind = 'test')::integer, NEW.activated_at)
        ON CONFLICT (issuer_id, partner_id) DO UPDATE
        SET contracts = p.contracts + 1, tests = p.tests + excluded.tests, since = least(p.since, excluded.since);
    ELSE
        UPDATE partners SET contracts = contracts - 1, tests = tests - (OLD.kind = 'test')::integer, since = (
            SELECT min(c.activated_at) FROM contracts c
            WHERE c.issuer_id = OLD.issuer_id AND c.signee_id = OLD.signee_id AND c.status = 'active')
        WHERE issuer_id = OLD.issuer_id AND partner_id = OLD.signee_id AND contracts > 1;
        IF NOT FOUND THEN
            DELETE FROM partners WHERE issuer_id = OLD.issuer_id AND partner_id = OLD.signee_id;
        END IF;
    END IF;
    RETURN NULL;
END $$;

-- a product is offered as a test while every listing that shows it is one
ALTER TABLE sight ADD COLUMN environment text NOT NULL DEFAULT 'production' CHECK (environment IN ('production', 'test'));
ALTER TABLE sight ALTER COLUMN environment DROP DEFAULT;
UPDATE sight s SET environment = 'test' WHERE s.why = 'listing' AND NOT EXISTS (
    SELECT FROM listings l JOIN contracts c ON c.id = l.contract_id
    WHERE l.product_id = s.product_id AND l.owner_id = s.viewer_id AND l.environment = 'production' AND c.status = 'active'
    AND (l.status = 'listed' OR EXISTS (SELECT FROM listing_requests r WHERE r.listing_id = l.id)));

-- an account is used for real, for a test and for a preview apart
ALTER TABLE tier_account_uses DISABLE TRIGGER USER;
DELETE FROM tier_account_uses;
ALTER TABLE tier_account_uses
    ADD COLUMN environment text NOT NULL CHECK (environment IN ('production', 'test', 'preview')),
    DROP CONSTRAINT tier_account_uses_pkey,
    ADD PRIMARY KEY (tier_account_id, product_id, role, environment);
INSERT INTO tier_account_uses (tier_account_id, product_id, role, environment, vendor_id, live)
SELECT used.account, s.product_id, used.role, s.environment, s.vendor_id, count(*) FROM subscriptions s CROSS JOIN LATERAL (VALUES
    (s.customer_id, 'customer'), (s.tier1_id, 'tier1'), (s.tier2_id, 'tier2')) used (account, role)
WHERE used.account IS NOT NULL AND s.status NOT IN ('draft', 'terminated') GROUP BY 1, 2, 3, 4, 5;
ALTER TABLE tier_account_uses ENABLE TRIGGER USER;

CREATE OR REPLACE FUNCTION keep_uses() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lived boolean := TG_OP = 'UPDATE' AND OLD.status NOT IN ('draft', 'terminated');
    lives boolean := NEW.status NOT IN ('draft', 'terminated');
    one record;
BEGIN
    IF TG_OP = 'UPDATE' AND lived = lives AND (OLD.customer_id, OLD.tier1_id, OLD.tier2_id, OLD.environment)
        IS NOT DISTINCT FROM (NEW.customer_id, NEW.tier1_id, NEW.tier2_id, NEW.environment) THEN
        RETURN NULL;
    END IF;
    -- one order of locks for everybody
    FOR one IN
        SELECT used.account, used.role, used.environment, sum(used.step) AS step FROM (
            SELECT OLD.customer_id, 'customer', OLD.environment, -1 WHERE lived
            UNION ALL SELECT OLD.tier1_id, 'tier1', OLD.environment, -1 WHERE lived
            UNION ALL SELECT OLD.tier2_id, 'tier2', OLD.environment, -1 WHERE lived AND OLD.tier2_id IS NOT NULL
            UNION ALL SELECT NEW.customer_id, 'customer', NEW.environment, 1 WHERE lives
            UNION ALL SELECT NEW.tier1_id, 'tier1', NEW.environment, 1 WHERE lives
            UNION ALL SELECT NEW.tier2_id, 'tier2', NEW.environment, 1 WHERE lives AND NEW.tier2_id IS NOT NULL
        ) used (account, role, environment, step) GROUP BY 1, 2, 3 HAVING sum(used.step) <> 0 ORDER BY 1, 2, 3
    LOOP
        INSERT INTO tier_account_uses AS u (tier_account_id, product_id, role, environment, vendor_id, live)
            VALUES (one.account, NEW.product_id, one.role, one.environment, NEW.vendor_id, greatest(one.step, 0))
            ON CONFLICT (tier_account_id, product_id, role, environment) DO UPDATE SET live = u.live + one.step;
    END LOOP;
    RETURN NULL;
END $$;

-- a change of an account is asked about for real when anything real uses it with the product
ALTER TABLE tier_account_requests
    ADD COLUMN environment text NOT NULL DEFAULT 'production' CHECK (environment IN ('production', 'test', 'preview'));
ALTER TABLE tier_account_requests ALTER COLUMN environment DROP DEFAULT;
ALTER TABLE tier_account_requests DISABLE TRIGGER USER;
UPDATE tier_account_requests r SET environment = CASE WHEN u.test THEN 'test' ELSE 'preview' END FROM (
    SELECT used.account, s.product_id, bool_or(s.environment = 'test') AS test
    FROM subscriptions s CROSS JOIN LATERAL (VALUES (s.customer_id), (s.tier1_id), (s.tier2_id)) used (account)
    WHERE used.account IS NOT NULL GROUP BY 1, 2 HAVING NOT bool_or(s.environment = 'production')) u
WHERE u.account = r.tier_account_id AND u.product_id = r.product_id;
ALTER TABLE tier_account_requests ENABLE TRIGGER USER;

-- contracts are filtered by the same word as everything that hangs under them
UPDATE saved_views SET query = substr(regexp_replace(regexp_replace('&' || query, '&kind=', '&environment=', 'g'),
    '&(sort=-?|columns=)kind(?=&|$)', '&\1environment', 'g'), 2) WHERE grid = 'contracts' AND query ~ 'kind';
UPDATE grid_choices SET shown = array_replace(shown, 'kind', 'environment') WHERE grid = 'contracts' AND 'kind' = ANY(shown);

-- what is rare of a company's is found by itself, and counted, without a walk through all the rest: tests among real ones, and real
-- ones among tests
DROP INDEX fulfillment_requests_distributor_tests, fulfillment_requests_buyer_tests, fulfillment_requests_vendor_tests,
    subscriptions_distributor_tests, subscriptions_buyer_tests, subscriptions_vendor_tests, listing_requests_owner_tests,
    listing_requests_vendor_tests, listings_owner_tests, listings_vendor_tests;
CREATE INDEX contracts_issued_kind ON contracts (issuer_id, kind, created_at DESC, id DESC);
CREATE INDEX contracts_issued_status_kind ON contracts (issuer_id, status, kind, created_at DESC, id DESC);
CREATE INDEX contracts_signed_kind ON contracts (signee_id, kind, created_at DESC, id DESC);
CREATE INDEX contracts_agreement_kind ON contracts (agreement_id, kind, version);
CREATE INDEX partners_environment ON partners (issuer_id, environment, since DESC, partner_id DESC);
CREATE INDEX sight_environment ON sight (viewer_id, why, environment, since DESC, product_id DESC);
CREATE INDEX listings_vendor_environment ON listings (vendor_id, environment, created_at DESC, id DESC);
CREATE INDEX listings_owner_environment ON listings (owner_id, environment, created_at DESC, id DESC);
CREATE INDEX listing_requests_vendor_environment ON listing_requests (vendor_id, environment, submitted_at DESC, id DESC);
CREATE INDEX listing_requests_owner_environment ON listing_requests (owner_id, environment, submitted_at DESC, id DESC);
CREATE INDEX subscriptions_vendor_environment ON subscriptions (vendor_id, environment, created_at DESC, id DESC);
CREATE INDEX subscriptions_buyer_environment ON subscriptions (buyer_id, environment, created_at DESC, id DESC);
CREATE INDEX subscriptions_distributor_environment ON subscriptions (distributor_id, environment, created_at DESC, id DESC);
CREATE INDEX fulfillment_requests_vendor_environment ON fulfillment_requests (vendor_id, environment, created_at DESC, id DESC);
CREATE INDEX fulfillment_requests_buyer_environment ON fulfillment_requests (buyer_id, environment, created_at DESC, id DESC);
CREATE INDEX fulfillment_requests_distributor_environment
    ON fulfillment_requests (distributor_id, environment, created_at DESC, id DESC);
CREATE INDEX tier_account_requests_vendor_environment ON tier_account_requests (vendor_id, environment, created_at DESC, id DESC);
CREATE INDEX tier_account_requests_owner_environment ON tier_account_requests (owner_id, environment, created_at DESC, id DESC);
CREATE INDEX tier_configs_vendor_environment ON tier_configs (vendor_id, environment, created_at DESC, id DESC);
CREATE INDEX tier_configs_buyer_environment ON tier_configs (buyer_id, environment, created_at DESC, id DESC);
CREATE INDEX tier_configs_distributor_environment ON tier_configs (distributor_id, environment, created_at DESC, id DESC);
CREATE INDEX tier_config_requests_vendor_environment ON tier_config_requests (vendor_id, environment, created_at DESC, id DESC);
CREATE INDEX tier_config_requests_buyer_environment ON tier_config_requests (buyer_id, environment, created_at DESC, id DESC);
CREATE INDEX tier_config_requests_distributor_environment
    ON tier_config_requests (distributor_id, environment, created_at DESC, id DESC);
