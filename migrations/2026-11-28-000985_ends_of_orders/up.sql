-- the owner of a marketplace finds the orders that ended in a period, as vendors and buyers do
CREATE INDEX fulfillment_requests_distributor_updated ON fulfillment_requests (distributor_id, updated_at DESC);
