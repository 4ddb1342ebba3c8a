DROP INDEX security_events_excepted;
ALTER TABLE sso_providers DROP COLUMN alarmed;
