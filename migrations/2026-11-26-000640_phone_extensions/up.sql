-- what is dialled behind the number of a technical contact
ALTER TABLE tier_accounts
    ADD COLUMN phone_extension text NOT NULL DEFAULT '' CHECK (phone_extension ~ '^[0-9]{0,15}$'),
    ADD CHECK (phone_extension = '' OR phone <> '');
