DROP TABLE customer_import_rows, customer_imports, tier_account_versions, tier_accounts;
