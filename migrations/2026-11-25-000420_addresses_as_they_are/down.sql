-- what the narrower rules would refuse
UPDATE tier_accounts SET postal_code = '-' WHERE postal_code = '';
UPDATE tier_accounts SET last_name = '-' WHERE last_name = '';
ALTER TABLE tier_accounts
    DROP CONSTRAINT tier_accounts_postal_code_check,
    DROP CONSTRAINT tier_accounts_last_name_check,
    ADD CONSTRAINT tier_accounts_postal_code_check CHECK (char_length(postal_code) BETWEEN 1 AND 32),
    ADD CONSTRAINT tier_accounts_last_name_check CHECK (char_length(last_name) BETWEEN 1 AND 128);
ALTER TABLE agreement_versions
    DROP CONSTRAINT agreement_versions_link_check,
    ADD CONSTRAINT agreement_versions_link_check CHECK (char_length(link) <= 200);
