-- what the search over everything looks through: one row for each object and company that sees it, `words` as folded as what is typed.
-- What an object is found by stands once, in the view of its section; triggers bring the rows in line with it in the transaction of the act
CREATE TABLE search_entries (
    section text NOT NULL,
    object text NOT NULL,
    viewer_id text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    name text COLLATE people NOT NULL,
    words text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (section, object, viewer_id)
);

-- what a word of an entry is kept by in one index of all companies: no entry of another company or section is read on the way
CREATE FUNCTION search_bucket(viewer text, section text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(md5(viewer || ' ' || section), 8);

-- the words between spaces, and the names within them: of email addresses, of names with hyphens. Not in SQL, which would be planned for
-- each row; an index is built without a search path
CREATE FUNCTION search_keys(viewer text, section text, words text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bucket text := public.search_bucket(viewer, section);
BEGIN
    RETURN array_to_tsvector(ARRAY(SELECT bucket || left(w.word, 40)
        FROM (SELECT string_to_table(words, ' ') AS word UNION ALL SELECT regexp_split_to_table(words, '[^[:alpha:]]+')) w
        WHERE char_length(w.word) > 1));
END $$;

-- asks for entries in which a word begins as each of these does
CREATE FUNCTION search_beginning(viewer text, section text, words text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT string_agg('''' || replace(replace(b.bucket || left(w.word, 40), '\', '\\'), '''', '''''') || ''':*', ' & ')::tsquery
    FROM (SELECT search_bucket(viewer, section) AS bucket) b CROSS JOIN regexp_split_to_table(words, ' ') w(word)
    WHERE char_length(w.word) > 1);

-- of a company, by section: the newest, with their words along; those whose name begins so; those in which words begin so
CREATE INDEX search_entries_since ON search_entries (viewer_id, section, since DESC, object DESC) INCLUDE (words);
CREATE INDEX search_entries_begin ON search_entries (viewer_id, section, left(words, 48) COLLATE "C", since DESC);
CREATE INDEX search_entries_words ON search_entries USING gin (search_keys(viewer_id, section, words));

CREATE VIEW search_of_agreements AS
    SELECT id AS object, owner_id AS viewer, name, search AS words, created_at AS since FROM agreements;

-- nothing of the issuer's name: it has as many contracts as there are, and could not be renamed in one act. `Find::named` says it
CREATE VIEW search_of_contracts AS
    SELECT c.id AS object, c.issuer_id AS viewer, (coalesce(s.name, c.recipient_company)) COLLATE people AS name,
        folded(concat_ws(' ', coalesce(s.name, nullif(c.recipient_company, '')), c.id, c.signee_id,
            CASE WHEN c.signee_id IS NULL THEN c.recipient_email END)) AS words, c.created_at AS since
    FROM contracts c LEFT JOIN accounts s ON s.id = c.signee_id
    UNION ALL
    SELECT c.id, c.signee_id, '' COLLATE people, folded(c.id || ' ' || c.issuer_id), c.created_at
    FROM contracts c WHERE c.signee_id IS NOT NULL AND c.signee_id <> c.issuer_id;

CREATE VIEW search_of_directory AS
    SELECT t.partner_id AS object, t.issuer_id AS viewer, a.name, a.search AS words, t.since
    FROM partners t JOIN accounts a ON a.id = t.partner_id;

CREATE VIEW search_of_products AS
    SELECT p.id AS object, p.vendor_id AS viewer, p.name, p.search AS words, p.created_at AS since FROM products p
    UNION ALL
    SELECT s.product_id, s.viewer_id, v.name, v.search, s.since
    FROM sight s JOIN products p ON p.id = s.product_id JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version
    WHERE s.viewer_id <> p.vendor_id AND (s.why = 'listing' OR s.why = 'syndication' AND NOT EXISTS
        (SELECT FROM sight o WHERE o.viewer_id = s.viewer_id AND o.product_id = s.product_id AND o.why = 'listing'));

CREATE VIEW search_of_catalog AS
    SELECT s.product_id AS object, s.viewer_id AS viewer, v.name, v.search AS words, s.since
    FROM sight s JOIN products p ON p.id = s.product_id JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version
    WHERE s.why = 'catalog';

CREATE VIEW search_of_product_groups AS
    SELECT id AS object, owner_id AS viewer, name, search AS words, created_at AS since FROM product_groups;

CREATE VIEW search_of_marketplaces AS
    SELECT id AS object, owner_id AS viewer, name, search AS words, created_at AS since FROM marketplaces;

CREATE VIEW search_of_hubs AS
    SELECT id AS object, owner_id AS viewer, name, search AS words, created_at AS since FROM hubs;

-- a vendor's product is called as it is, to others as its newest public version is
CREATE VIEW search_of_listings AS
    SELECT l.id AS object, l.vendor_id AS viewer, p.name, p.search || ' ' || lower(l.id) AS words, l.created_at AS since
    FROM listings l JOIN products p ON p.id = l.product_id
    UNION ALL
    SELECT l.id, l.owner_id, coalesce(v.name, ''), coalesce(v.search || ' ', '') || lower(l.id), l.created_at
    FROM listings l JOIN products p ON p.id = l.product_id
    LEFT JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version WHERE l.owner_id <> l.vendor_id;

CREATE VIEW search_of_listing_requests AS
    SELECT r.id AS object, r.vendor_id AS viewer, p.name, p.search || ' ' || lower(r.id) AS words, r.submitted_at AS since
    FROM listing_requests r JOIN products p ON p.id = r.product_id
    UNION ALL
    SELECT r.id, r.owner_id, v.name, v.search || ' ' || lower(r.id), r.submitted_at
    FROM listing_requests r JOIN product_versions v ON v.product_id = r.product_id AND v.number = r.version WHERE r.owner_id <> r.vendor_id;

CREATE VIEW search_of_customers AS
    SELECT id AS object, owner_id AS viewer, name, search AS words, created_at AS since FROM tier_accounts
    UNION ALL
    SELECT t.id, s.viewer_id, t.name, t.search, s.created_at
    FROM tier_account_sight s JOIN tier_accounts t ON t.id = s.tier_account_id WHERE s.viewer_id <> t.owner_id;

CREATE VIEW search_of_customer_requests AS
    SELECT r.id AS object, v.viewer, r.account_name AS name, r.search AS words, r.created_at AS since
    FROM tier_account_requests r CROSS JOIN LATERAL (SELECT r.vendor_id AS viewer UNION SELECT r.owner_id) v;

CREATE VIEW search_of_subscriptions AS
    SELECT r.id AS object, v.viewer, r.customer_name AS name, r.search AS words, r.created_at AS since FROM subscriptions r
    CROSS JOIN LATERAL (SELECT r.vendor_id AS viewer UNION SELECT r.buyer_id UNION SELECT r.distributor_id) v WHERE v.viewer IS NOT NULL;

CREATE VIEW search_of_fulfillment AS
    SELECT r.id AS object, v.viewer, r.customer_name AS name, r.search AS words, r.created_at AS since FROM fulfillment_requests r
    CROSS JOIN LATERAL (SELECT r.vendor_id AS viewer UNION SELECT r.buyer_id UNION SELECT r.distributor_id) v WHERE v.viewer IS NOT NULL;

CREATE VIEW search_of_tier_configs AS
    SELECT r.id AS object, v.viewer, r.account_name AS name, r.search AS words, r.created_at AS since FROM tier_configs r
    CROSS JOIN LATERAL (SELECT r.vendor_id AS viewer UNION SELECT r.buyer_id UNION SELECT r.distributor_id) v WHERE v.viewer IS NOT NULL;

CREATE VIEW search_of_tier_config_requests AS
    SELECT r.id AS object, v.viewer, r.account_name AS name, r.search AS words, r.created_at AS since FROM tier_config_requests r
    CROSS JOIN LATERAL (SELECT r.vendor_id AS viewer UNION SELECT r.buyer_id UNION SELECT r.distributor_id) v WHERE v.viewer IS NOT NULL;

-- its owner sees a file from the first submission on
CREATE VIEW search_of_usage_files AS
    SELECT id AS object, vendor_id AS viewer, name, search AS words, created_at AS since FROM usage_files
    UNION ALL
    SELECT id, owner_id, name, search, created_at FROM usage_files WHERE submitted_at IS NOT NULL AND owner_id <> vendor_id;

CREATE VIEW search_of_usage_mappings AS
    SELECT id AS object, vendor_id AS viewer, name, search AS words, created_at AS since FROM usage_mappings;

CREATE VIEW search_of_users AS
    SELECT u.id AS object, m.account_id AS viewer, u.name, folded(concat_ws(' ', u.name, u.email, u.id)) AS words, m.joined_at AS since
    FROM memberships m JOIN users u ON u.id = m.user_id
    UNION ALL
    SELECT id, account_id, email COLLATE people, search, created_at FROM invitations WHERE status <> 'joined';

CREATE VIEW search_of_groups AS
    SELECT id AS object, account_id AS viewer, name, search AS words, created_at AS since FROM groups;

CREATE VIEW search_of_tokens AS
    SELECT id AS object, account_id AS viewer, name, search AS words, created_at AS since FROM api_tokens WHERE status <> 'deleted';

-- makes the trigger that keeps the rows of `section` when `source` is written. An update matters where one of `watched` changes, of the row
-- with the same `key`. `object`, and `viewer` where others see the same, say which rows may differ then; `joined` is where they stand when
-- only their names are written in `source`
CREATE FUNCTION keep_search(section text, source text, key text, watched text[], object text DEFAULT 'w.id', viewer text DEFAULT NULL,
    joined text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $make$
DECLARE
    of_section text := 'search_of_' || replace(section, '-', '_');
    keeper text := format('keep_search_of_%s_by_%s', replace(section, '-', '_'), source);
    changed text := (SELECT string_agg(format('w.%1$I IS DISTINCT FROM b.%1$I', one), ' OR ') FROM unnest(watched) one);
BEGIN
    EXECUTE format($code$
        CREATE FUNCTION %1$I() RETURNS trigger LANGUAGE plpgsql AS $keep$
        DECLARE
            objects text[];
            viewers text[];
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                SELECT array_agg(t.object), array_agg(t.viewer) INTO objects, viewers FROM (SELECT DISTINCT %2$s AS object, %3$s AS viewer
                    FROM written w JOIN before b USING (%5$s) %4$s WHERE %6$s) t;
            ELSE
                SELECT array_agg(t.object), array_agg(t.viewer) INTO objects, viewers FROM (SELECT DISTINCT %2$s AS object, %3$s AS viewer
                    FROM written w %4$s) t;
            END IF;
            IF objects IS NULL THEN
                RETURN NULL;
            END IF;
            IF TG_OP <> 'INSERT' THEN
                DELETE FROM search_entries e USING unnest(objects, viewers) t(object, viewer) WHERE e.section = %7$L AND e.object = t.object%8$s
                    AND NOT EXISTS (SELECT FROM %9$I s WHERE %10$s AND s.object = e.object AND s.viewer = e.viewer_id);
            END IF;
            INSERT INTO search_entries (section, object, viewer_id, name, words, since)
                SELECT %7$L, s.object, s.viewer, s.name, left(s.words, 600), s.since FROM %9$I s WHERE %10$s ORDER BY s.object, s.viewer
                ON CONFLICT ON CONSTRAINT search_entries_pkey
                DO UPDATE SET name = excluded.name, words = excluded.words, since = excluded.since
                WHERE (search_entries.name, search_entries.words, search_entries.since)
                    IS DISTINCT FROM (excluded.name, excluded.words, excluded.since);
            RETURN NULL;
        END $keep$
    $code$, keeper, object, coalesce(viewer, 'NULL::text'), joined, key, coalesce(changed, 'true'), section,
        CASE WHEN viewer IS NULL THEN '' ELSE ' AND e.viewer_id = t.viewer' END, of_section,
        -- compared with arrays: a UNION that is joined with what was written would be read whole for each statement
        's.object = ANY (objects)' || CASE WHEN viewer IS NULL THEN '' ELSE ' AND s.viewer = ANY (viewers)' END);
    IF joined = '' THEN
        EXECUTE format('CREATE TRIGGER %I AFTER INSERT ON %I REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION %I()',
            keeper || '_in', source, keeper);
        EXECUTE format('CREATE TRIGGER %I AFTER DELETE ON %I REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION %I()',
            keeper || '_out', source, keeper);
    END IF;
    EXECUTE format('CREATE TRIGGER %I AFTER UPDATE ON %I REFERENCING OLD TABLE AS before NEW TABLE AS written FOR EACH STATEMENT '
        'EXECUTE FUNCTION %I()', keeper || '_as', source, keeper);
END $make$;

SELECT keep_search('agreements', 'agreements', 'id', '{name}'),
    keep_search('contracts', 'contracts', 'id', '{signee_id,search,recipient_company,recipient_email}'),
    keep_search('directory', 'partners', 'issuer_id, partner_id', '{since}', 'w.partner_id', 'w.issuer_id'),
    keep_search('products', 'products', 'id', '{name}', viewer => 'w.vendor_id'),
    -- whatever is written there: it may be called otherwise by the same words
    keep_search('products', 'sight', 'viewer_id, product_id, why', NULL, 'w.product_id', 'w.viewer_id'),
    keep_search('catalog', 'sight', 'viewer_id, product_id, why', NULL, 'w.product_id', 'w.viewer_id'),
    keep_search('product-groups', 'product_groups', 'id', '{name}'),
    keep_search('marketplaces', 'marketplaces', 'id', '{name}'),
    keep_search('hubs', 'hubs', 'id', '{name,instance}'),
    keep_search('listings', 'listings', 'id', '{product_id}'),
    keep_search('listing-requests', 'listing_requests', 'id', '{version,submitted_at}'),
    keep_search('customers', 'tier_accounts', 'id', '{name,external_id,external_uid,email}'),
    keep_search('customers', 'tier_account_sight', 'viewer_id, tier_account_id', '{created_at}', 'w.tier_account_id', 'w.viewer_id'),
    keep_search('customer-requests', 'tier_account_requests', 'id', '{account_name}'),
    keep_search('subscriptions', 'subscriptions', 'id', '{customer_name,external_id,external_uid,buyer_id,distributor_id}'),
    keep_search('fulfillment', 'fulfillment_requests', 'id', '{customer_name,buyer_id,distributor_id}'),
    keep_search('tier-configs', 'tier_configs', 'id', '{account_name,buyer_id,distributor_id}'),
    keep_search('tier-config-requests', 'tier_config_requests', 'id', '{account_name,buyer_id,distributor_id}'),
    keep_search('usage-files', 'usage_files', 'id', '{name,external_id,product_name,submitted_at}'),
    keep_search('usage-mappings', 'usage_mappings', 'id', '{name,product_id}'),
    keep_search('users', 'memberships', 'account_id, user_id', '{joined_at}', 'w.user_id', 'w.account_id'),
    keep_search('users', 'invitations', 'id', '{email,status}'),
    keep_search('groups', 'groups', 'id', '{name}'),
    keep_search('tokens', 'api_tokens', 'id', '{name,status,external_id}'),
    -- what is called by the name of something else
    keep_search('directory', 'accounts', 'id', '{name}', 'p.partner_id', 'p.issuer_id', 'JOIN partners p ON p.partner_id = w.id'),
    keep_search('contracts', 'accounts', 'id', '{name}', 'c.id', 'c.issuer_id', 'JOIN contracts c ON c.signee_id = w.id'),
    keep_search('listings', 'products', 'id', '{name,public_version}', 'l.id', NULL, 'JOIN listings l ON l.product_id = w.id'),
    keep_search('listing-requests', 'products', 'id', '{name}', 'r.id', NULL, 'JOIN listing_requests r ON r.product_id = w.id'),
    keep_search('users', 'users', 'id', '{name,email}', 'm.user_id', NULL, 'JOIN memberships m ON m.user_id = w.id');

-- all rows anew, for a database whose triggers slept while it was filled
CREATE FUNCTION fill_search_entries() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    of_section text;
BEGIN
    DELETE FROM search_entries;
    FOR of_section IN SELECT table_name FROM information_schema.views WHERE table_schema = 'public' AND table_name LIKE 'search\_of\_%' LOOP
        EXECUTE format('INSERT INTO search_entries (section, object, viewer_id, name, words, since) '
            'SELECT %L, object, viewer, name, left(words, 600), since FROM %I',
            replace(substr(of_section, length('search_of_') + 1), '_', '-'), of_section);
    END LOOP;
END $$;
SELECT fill_search_entries();
