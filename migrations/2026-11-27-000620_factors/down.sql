DROP TABLE factor_resets;
ALTER TABLE sessions DROP COLUMN factor;
DROP TABLE half_sign_ins;
DROP TABLE recovery_codes;
DROP TABLE recovery_sets;
DROP TABLE authenticator_setups;
DROP TABLE authenticators;
