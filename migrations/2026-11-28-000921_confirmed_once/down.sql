ALTER TABLE authenticator_setups DROP COLUMN confirming_at;
