-- What is rare in a large company is looked up by an index of patterns, which reads the list of each three letters that it is asked for.
-- This asks for fewer of them: none at the edges of long words, since "  s" and " sy" of "systems" are in lists many times as long as the
-- others and rule out little, and none across every fourth letter. It finds too much and never too little, so `holding` decides
CREATE FUNCTION roughly_holding(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(regexp_replace(holding(words), '[[:alnum:]]{4,}', '%\&%', 'g'),
    '[[:alnum:]]{4}(?=[[:alnum:]]{3})', '\&%', 'g');

-- a vendor's products lie far from each other when many vendors have some: a search read one page of the table for each of them
DROP INDEX products_vendor;
CREATE INDEX products_vendor ON products (vendor_id, created_at DESC, id DESC) INCLUDE (search);

-- the tree counts what is below each account that it shows: several times as many entries fit on a page when they do not bear the names
CREATE INDEX tier_accounts_children ON tier_accounts (parent_id) WHERE parent_id IS NOT NULL AND status = 'active';
DROP INDEX tier_accounts_parent;
CREATE INDEX tier_accounts_parent ON tier_accounts (parent_id, name, id);
