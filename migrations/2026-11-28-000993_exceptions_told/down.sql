ALTER TABLE sso_providers DROP COLUMN alarmed;
