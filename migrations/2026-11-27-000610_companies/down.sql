DROP TRIGGER accounts_are_found_by_name ON accounts;
DROP FUNCTION find_contracts_by_name;
ALTER TABLE accounts
    DROP COLUMN description, DROP COLUMN tax_id, DROP COLUMN websites, DROP COLUMN country, DROP COLUMN region, DROP COLUMN city,
    DROP COLUMN postal_code, DROP COLUMN address_line1, DROP COLUMN address_line2, DROP COLUMN countries, DROP COLUMN languages,
    DROP COLUMN support_email, DROP COLUMN support_phone, DROP COLUMN support_url, DROP COLUMN logo, DROP COLUMN revision;
