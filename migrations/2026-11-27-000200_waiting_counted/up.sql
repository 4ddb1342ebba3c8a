-- what the menu counts on every page: of each company only the rows that wait
CREATE INDEX contracts_to_approve ON contracts (issuer_id)
    WHERE status = 'pending' AND type = 'distribution' AND predecessor_id IS NULL;
CREATE INDEX usage_files_to_review ON usage_files (owner_id)
    WHERE status = 'pending' AND environment = 'production' AND submitted_at IS NOT NULL;
CREATE INDEX usage_files_sent_back ON usage_files (vendor_id) WHERE status = 'rejected' AND environment = 'production';
