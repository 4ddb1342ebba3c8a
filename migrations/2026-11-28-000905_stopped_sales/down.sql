ALTER TABLE contract_sources DROP COLUMN stopped_at;
