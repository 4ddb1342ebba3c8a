-- the commerce system through which a subscription was ordered: the only hub of its marketplace at that time, or none. Requests bear that of
-- their subscription. What was ordered before gets the only hub that its marketplace has now.
ALTER TABLE subscriptions
    ADD COLUMN hub_id text,
    ADD FOREIGN KEY (hub_id, distributor_id) REFERENCES hubs (id, owner_id),
    ADD CHECK (hub_id IS NULL OR marketplace_id IS NOT NULL);
ALTER TABLE fulfillment_requests
    ADD COLUMN hub_id text REFERENCES hubs,
    ADD CHECK (hub_id IS NULL OR marketplace_id IS NOT NULL);
ALTER TABLE subscriptions DISABLE TRIGGER subscriptions_keep_uses;
UPDATE subscriptions s SET hub_id = one.hub_id
FROM (SELECT marketplace_id, min(hub_id) AS hub_id FROM marketplace_hubs GROUP BY marketplace_id HAVING count(*) = 1) one
WHERE one.marketplace_id = s.marketplace_id;
ALTER TABLE subscriptions ENABLE TRIGGER subscriptions_keep_uses;
ALTER TABLE fulfillment_requests DISABLE TRIGGER fulfillment_requests_end;
UPDATE fulfillment_requests r SET hub_id = s.hub_id FROM subscriptions s WHERE s.id = r.subscription_id AND s.hub_id IS NOT NULL;
ALTER TABLE fulfillment_requests ENABLE TRIGGER fulfillment_requests_end;
CREATE INDEX subscriptions_hub ON subscriptions (hub_id) WHERE hub_id IS NOT NULL;
CREATE INDEX fulfillment_requests_hub ON fulfillment_requests (hub_id) WHERE hub_id IS NOT NULL;
