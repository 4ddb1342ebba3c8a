DROP INDEX signatures_one_each;
CREATE UNIQUE INDEX signatures_one_each ON signatures (contract_id, version, party) WHERE extension IS NULL;
DROP TRIGGER contracts_close_referral ON contracts;
DROP FUNCTION close_contract_referral;
DROP TABLE contract_referrals;
