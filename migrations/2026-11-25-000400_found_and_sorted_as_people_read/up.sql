-- how people read lists: letters with accents beside those without, small beside large, numbers by what they are worth; in all
-- scripts, whatever the server's own locale. Equal is only what is the same byte by byte
CREATE COLLATION people (provider = icu, locale = 'und-u-kn-true');

-- what is found though it was typed otherwise: small letters, without accents and other marks over letters (voiced Japanese and
-- Indian vowels are letters), one width, one sort of space, dash, apostrophe, quotation mark and digits, without signs that nobody
-- sees. Whatever is searched is folded by this and nothing else, and so is what is looked for. Looking whether something is to be
-- replaced is much faster than replacing
CREATE FUNCTION folded(words text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    folded text;
BEGIN
    IF octet_length(words) = char_length(words) THEN
        folded := lower(replace(words, '`', '''') COLLATE "C");
    ELSE
        -- an accent by itself would become a space
        folded := regexp_replace(normalize(replace(words, U&'\00B4', ''''), NFKD),
            '[\u00AD\u0300-\u036F\u0483-\u0487\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061C\u0640\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED\u115F\u1160\u17B4\u17B5\u180B-\u180F\u1AB0-\u1AFF\u1DC0-\u1DFF\u200B-\u200F\u202A-\u202E\u2060-\u206F\u20D0-\u20F0\u3164\uFE00-\uFE0F\uFE20-\uFE2F\uFEFF\uFFA0\uFFF9-\uFFFB]+',
            '', 'g');
        -- by way of large letters, since some small ones have two forms
        folded := lower(upper(folded COLLATE pg_catalog."und-x-icu") COLLATE pg_catalog."und-x-icu");
        -- dashes, apostrophes, quotation marks; Greek at the end of words, letters with strokes, digits of other scripts, Arabic
        -- letters of two keyboards
        IF folded ~ '[\u2010-\u2015\u2018-\u201F\u2032\u2033\u2043\u2212\uFE58\uFE63\uFF0D\uFF07\uFF02`\u02B9-\u02C8\u05F3\u05F4\u00AB\u00BB\u03C2\u0142\u00F8\u0111\u00F0\u0127\u0167\u0138\u014B\u0660-\u0669\u06F0-\u06F9\u064A\u0649\u0643]' THEN
            folded := translate(folded,
                U&'\2010\2011\2012\2013\2014\2015\2043\2212\FE58\FE63\FF0D' ||
                    U&'\0060\02B9\02BB\02BC\02BD\02BE\02BF\02C8\2018\2019\201A\201B\2032\05F3\FF07' ||
                    U&'\00AB\00BB\201C\201D\201E\201F\2033\05F4\FF02' ||
                    U&'\03C2\0142\00F8\0111\00F0\0127\0167\0138\014B' ||
                    U&'\0660\0661\0662\0663\0664\0665\0666\0667\0668\0669\06F0\06F1\06F2\06F3\06F4\06F5\06F6\06F7\06F8\06F9\064A\0649\0643',
                repeat('-', 11) || repeat('''', 15) || repeat('"', 9) ||
                    U&'\03C3' || 'loddhtkn' || '01234567890123456789' || U&'\06CC\06CC\06A9');
        END IF;
        IF folded ~ '[\u00DF\u00E6\u0153\u00FE]' THEN
            folded := replace(replace(replace(replace(folded,
                U&'\00DF', 'ss'), U&'\00E6', 'ae'), U&'\0153', 'oe'), U&'\00FE', 'th');
        END IF;
        folded := normalize(folded, NFC);
    END IF;
    IF folded ~ '\s{2}|[\u0009-\u000D\u0085\u1680\u2028\u2029]' THEN
        folded := regexp_replace(folded, '[\s\u0085\u1680\u2028\u2029]+', ' ', 'g');
    END IF;
    RETURN btrim(folded);
END $$;

-- a pattern of LIKE for whatever holds these words once it is folded
CREATE FUNCTION holding(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN '%' || replace(replace(replace(folded(words), '\', '\\'), '%', '\%'), '_', '\_') || '%';

-- what is generated from a name goes before the name changes
ALTER TABLE agreements DROP COLUMN search;
ALTER TABLE hubs DROP COLUMN search;
ALTER TABLE marketplaces DROP COLUMN search;
ALTER TABLE products DROP COLUMN search;
ALTER TABLE product_versions DROP COLUMN search;
ALTER TABLE tier_accounts DROP COLUMN search;
ALTER TABLE subscriptions DROP COLUMN search;
ALTER TABLE fulfillment_requests DROP COLUMN search;
ALTER TABLE tier_account_requests DROP COLUMN search;
ALTER TABLE tier_configs DROP COLUMN search;
ALTER TABLE tier_config_requests DROP COLUMN search;
DROP INDEX tier_accounts_parent, tier_accounts_roots, tier_accounts_email, items_name;

ALTER TABLE accounts ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE users ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE groups ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE agreements ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE saved_views ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE hubs ALTER COLUMN name TYPE text COLLATE people, ALTER COLUMN instance TYPE text COLLATE people;
ALTER TABLE marketplaces ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE products ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE product_versions ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE items ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE parameters ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE templates ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE tier_accounts ALTER COLUMN name TYPE text COLLATE people, ALTER COLUMN external_id TYPE text COLLATE people;
ALTER TABLE subscriptions
    ALTER COLUMN customer_name TYPE text COLLATE people, ALTER COLUMN external_id TYPE text COLLATE people;
ALTER TABLE fulfillment_requests ALTER COLUMN customer_name TYPE text COLLATE people;
ALTER TABLE request_items ALTER COLUMN name TYPE text COLLATE people;
ALTER TABLE tier_account_requests ALTER COLUMN account_name TYPE text COLLATE people;
ALTER TABLE tier_configs ALTER COLUMN account_name TYPE text COLLATE people;
ALTER TABLE tier_config_requests ALTER COLUMN account_name TYPE text COLLATE people;

ALTER TABLE accounts ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(name || ' ' || id)) STORED;
ALTER TABLE users ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(name)) STORED;
ALTER TABLE agreements ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(name || ' ' || id)) STORED;
-- how an invitation is found in the Directory, where its note stands for a name
ALTER TABLE contracts ADD COLUMN note_search text NOT NULL GENERATED ALWAYS AS (folded(note || ' ' || id)) STORED;
ALTER TABLE hubs
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(name || ' ' || id || ' ' || coalesce(instance, ''))) STORED;
ALTER TABLE marketplaces ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(name || ' ' || id)) STORED;
ALTER TABLE products ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(name || ' ' || id)) STORED;
ALTER TABLE product_versions
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(name || ' ' || product_id)) STORED;
ALTER TABLE tier_accounts ADD COLUMN search text NOT NULL GENERATED ALWAYS AS
    (folded(name || ' ' || id || ' ' || external_id || ' ' || external_uid::text || ' ' || email)) STORED;
ALTER TABLE subscriptions ADD COLUMN search text NOT NULL GENERATED ALWAYS AS
    (folded(customer_name || ' ' || id || ' ' || external_id || ' ' || external_uid::text)) STORED;
ALTER TABLE fulfillment_requests
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(customer_name || ' ' || id)) STORED;
ALTER TABLE tier_account_requests
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(account_name || ' ' || id)) STORED;
ALTER TABLE tier_configs ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(account_name || ' ' || id)) STORED;
ALTER TABLE tier_config_requests
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(account_name || ' ' || id)) STORED;

-- of a contract it holds the signee's name, which stands in another table
CREATE FUNCTION fold_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search := folded(NEW.search);
    RETURN NEW;
END $$;
CREATE TRIGGER contracts_fold_search BEFORE INSERT OR UPDATE OF search ON contracts
    FOR EACH ROW EXECUTE FUNCTION fold_search();
-- those in other small letters than ours; the rest is as it should be
UPDATE contracts SET search = search WHERE search <> folded(search);

CREATE INDEX agreements_search ON agreements USING gin (owner_id, search gin_trgm_ops);
CREATE INDEX products_search ON products USING gin (vendor_id, search gin_trgm_ops);
CREATE INDEX product_versions_search ON product_versions USING gin (search gin_trgm_ops);
CREATE INDEX tier_accounts_search ON tier_accounts USING gin (owner_id, search gin_trgm_ops);
CREATE INDEX subscriptions_search ON subscriptions USING gin (search gin_trgm_ops);
CREATE INDEX fulfillment_requests_search ON fulfillment_requests USING gin (search gin_trgm_ops);
CREATE INDEX tier_account_requests_search ON tier_account_requests USING gin (search gin_trgm_ops);
CREATE INDEX tier_configs_search ON tier_configs USING gin (search gin_trgm_ops);
CREATE INDEX tier_config_requests_search ON tier_config_requests USING gin (search gin_trgm_ops);
CREATE INDEX tier_accounts_parent ON tier_accounts (parent_id, name, id);
CREATE INDEX tier_accounts_roots ON tier_accounts (owner_id, name, id) WHERE parent_id IS NULL;
CREATE INDEX tier_accounts_named ON tier_accounts (owner_id, name, id) WHERE status = 'active';
CREATE INDEX tier_accounts_email ON tier_accounts (owner_id, folded(email));
-- as it was, since names that were two must not become one
CREATE UNIQUE INDEX items_name ON items (product_id, lower(name COLLATE "default"));
