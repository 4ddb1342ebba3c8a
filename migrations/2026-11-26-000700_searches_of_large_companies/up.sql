-- a company with much looks a word up among all companies' accounts, since its own were nearly as many to read; one with little is looked
-- through without this index
DROP INDEX tier_accounts_search;
CREATE INDEX tier_accounts_search ON tier_accounts USING gin (search gin_trgm_ops);

-- listings and their requests are found by a part of their id as well
CREATE INDEX listings_search ON listings USING gin (lower(id) gin_trgm_ops);
CREATE INDEX listing_requests_search ON listing_requests USING gin (lower(id) gin_trgm_ops);

-- it stands in the statements that ask: PostgreSQL planned it anew for each
DROP FUNCTION only_tries(text);

-- Words that were just written wait beside an index of patterns, up to 4 MB of them, and every search reads all that wait. Without that
-- an import takes several times as long, so they are sorted in by and by: gives how many pages there were. By the owner of the indexes,
-- whoever asks
CREATE FUNCTION settle_searches() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT coalesce(sum(gin_clean_pending_list(c.oid)), 0)::bigint FROM pg_class c JOIN pg_am a ON a.oid = c.relam
    WHERE a.amname = 'gin' AND c.relkind = 'i' AND c.relnamespace = 'public'::regnamespace);
