DROP INDEX tier_account_requests_accepted;
ALTER TABLE tier_account_requests DROP COLUMN base_version;
DROP TRIGGER tier_account_uses_move_sight ON tier_account_uses;
DROP TRIGGER tier_account_uses_open_sight ON tier_account_uses;
DROP FUNCTION keep_customer_sight;
DROP TABLE tier_account_sight;
