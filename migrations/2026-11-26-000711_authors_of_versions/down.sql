DROP INDEX tier_accounts_owner;
CREATE INDEX tier_accounts_owner ON tier_accounts (owner_id, created_at DESC, id DESC) WHERE status = 'active';
ALTER TABLE tier_account_versions DROP COLUMN author_id;
