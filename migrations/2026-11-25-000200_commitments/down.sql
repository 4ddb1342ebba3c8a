ALTER TABLE request_items DROP COLUMN committed_until, DROP COLUMN commitment;
ALTER TABLE subscription_items DROP COLUMN committed_until;
