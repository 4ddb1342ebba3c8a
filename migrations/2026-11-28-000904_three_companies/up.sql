-- a company's lists have two sides where who bought is not the owner of the marketplace: what is on the other side is found
-- without walking through all the rest
CREATE INDEX subscriptions_bought ON subscriptions (buyer_id, created_at DESC, id DESC) WHERE distributor_id <> buyer_id;
CREATE INDEX subscriptions_distributed ON subscriptions (distributor_id, created_at DESC, id DESC) WHERE distributor_id <> buyer_id;
CREATE INDEX fulfillment_requests_bought ON fulfillment_requests (buyer_id, created_at DESC, id DESC) WHERE distributor_id <> buyer_id;
CREATE INDEX fulfillment_requests_distributed ON fulfillment_requests (distributor_id, created_at DESC, id DESC)
    WHERE distributor_id <> buyer_id;
CREATE INDEX tier_configs_bought ON tier_configs (buyer_id, created_at DESC, id DESC) WHERE distributor_id <> buyer_id;
CREATE INDEX tier_configs_distributed ON tier_configs (distributor_id, created_at DESC, id DESC) WHERE distributor_id <> buyer_id;
CREATE INDEX tier_config_requests_bought ON tier_config_requests (buyer_id, created_at DESC, id DESC) WHERE distributor_id <> buyer_id;
CREATE INDEX tier_config_requests_distributed ON tier_config_requests (distributor_id, created_at DESC, id DESC)
    WHERE distributor_id <> buyer_id;
