DROP INDEX contracts_links_expiring;
DROP TRIGGER contracts_take_link_expiry ON activation_links;
DROP FUNCTION contracts_take_link_expiry();
ALTER TABLE contracts DROP COLUMN link_expires_at;
