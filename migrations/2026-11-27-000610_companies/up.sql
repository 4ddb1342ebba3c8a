-- what a company says of itself: its partners see the description, the headquarters, the websites and the logo
ALTER TABLE accounts
    ADD COLUMN description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 512),
    ADD COLUMN tax_id text NOT NULL DEFAULT '' CHECK (char_length(tax_id) <= 64),
    ADD COLUMN websites text[] NOT NULL DEFAULT '{}' CHECK (cardinality(websites) <= 10),
    ADD COLUMN country text NOT NULL DEFAULT '' CHECK (country ~ '^([A-Z]{2})?$'),
    ADD COLUMN region text NOT NULL DEFAULT '' CHECK (char_length(region) <= 128),
    ADD COLUMN city text NOT NULL DEFAULT '' CHECK (char_length(city) <= 128),
    ADD COLUMN postal_code text NOT NULL DEFAULT '' CHECK (char_length(postal_code) <= 32),
    ADD COLUMN address_line1 text NOT NULL DEFAULT '' CHECK (char_length(address_line1) <= 255),
    ADD COLUMN address_line2 text NOT NULL DEFAULT '' CHECK (char_length(address_line2) <= 255),
    ADD COLUMN countries text[] NOT NULL DEFAULT '{}',
    ADD COLUMN languages text[] NOT NULL DEFAULT '{}',
    -- whom its partners and its own people ask for help
    ADD COLUMN support_email text NOT NULL DEFAULT '' CHECK (char_length(support_email) <= 254),
    ADD COLUMN support_phone text NOT NULL DEFAULT '' CHECK (char_length(support_phone) <= 32),
    ADD COLUMN support_url text NOT NULL DEFAULT '' CHECK (char_length(support_url) <= 1024),
    ADD COLUMN logo text REFERENCES blobs,
    ADD COLUMN revision integer NOT NULL DEFAULT 1;
CREATE INDEX accounts_logo ON accounts (logo);
CREATE INDEX accounts_tax ON accounts (tax_id);

-- contracts are found by the name of whoever signed them: as the program writes it, id, name, company
CREATE FUNCTION find_contracts_by_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE contracts SET search = id || ' ' || NEW.name || ' ' || NEW.id WHERE signee_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_are_found_by_name AFTER UPDATE OF name ON accounts
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION find_contracts_by_name();
