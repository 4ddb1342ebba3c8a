ALTER TABLE tier_accounts DROP COLUMN phone_extension;
