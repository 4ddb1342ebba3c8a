ALTER TABLE sso_domains DROP COLUMN silent;
