DROP INDEX tier_accounts_owner_type;
ALTER TABLE tier_account_versions DROP COLUMN author_id;
