DROP INDEX tier_accounts_parent;
CREATE INDEX tier_accounts_parent ON tier_accounts (parent_id, name, id) INCLUDE (status);
DROP INDEX tier_accounts_children;

DROP INDEX products_vendor;
CREATE INDEX products_vendor ON products (vendor_id, created_at DESC, id DESC);

DROP FUNCTION roughly_holding(text);
