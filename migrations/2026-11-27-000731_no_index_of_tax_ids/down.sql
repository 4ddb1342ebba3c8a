CREATE INDEX accounts_tax ON accounts (tax_id);
