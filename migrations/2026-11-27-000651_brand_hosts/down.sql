ALTER TABLE password_reset_asks DROP COLUMN brand;
ALTER TABLE sessions DROP COLUMN host;
DROP TABLE brand_hosts;
