DROP FUNCTION settle_searches();

CREATE FUNCTION only_tries(account text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN NOT (SELECT founding FROM accounts WHERE id = account)
    AND coalesce((SELECT bool_and(kind = 'test') FROM contracts
        WHERE signee_id = account AND status = 'active' AND (expire_at IS NULL OR expire_at > now())
            AND (allows_program OR allows_service)), false);

DROP INDEX listings_search, listing_requests_search, tier_accounts_search;
CREATE INDEX tier_accounts_search ON tier_accounts USING gin (owner_id, search gin_trgm_ops);
