DROP INDEX sso_domains_looks;
ALTER TABLE sso_domains DROP COLUMN by_record, DROP COLUMN missed, DROP COLUMN record_trouble;
