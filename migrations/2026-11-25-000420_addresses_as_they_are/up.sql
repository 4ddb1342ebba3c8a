-- not every country has postal codes, nor everybody two names
ALTER TABLE tier_accounts
    DROP CONSTRAINT tier_accounts_postal_code_check,
    DROP CONSTRAINT tier_accounts_last_name_check,
    ADD CONSTRAINT tier_accounts_postal_code_check CHECK (char_length(postal_code) <= 32),
    ADD CONSTRAINT tier_accounts_last_name_check CHECK (char_length(last_name) <= 128);
-- addresses in the stores where documents are kept are long
ALTER TABLE agreement_versions
    DROP CONSTRAINT agreement_versions_link_check,
    ADD CONSTRAINT agreement_versions_link_check CHECK (char_length(link) <= 2048);
