ALTER TABLE fulfillment_requests DROP COLUMN hub_id;
ALTER TABLE subscriptions DROP COLUMN hub_id;
