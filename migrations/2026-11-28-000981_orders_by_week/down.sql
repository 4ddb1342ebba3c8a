DROP INDEX fulfillment_requests_distributor_approved, fulfillment_requests_buyer_approved, fulfillment_requests_vendor_approved;
DROP INDEX fulfillment_requests_vendor_environment, fulfillment_requests_buyer_environment, fulfillment_requests_distributor_environment;
CREATE INDEX fulfillment_requests_vendor_environment ON fulfillment_requests (vendor_id, environment, created_at DESC, id DESC);
CREATE INDEX fulfillment_requests_buyer_environment ON fulfillment_requests (buyer_id, environment, created_at DESC, id DESC);
CREATE INDEX fulfillment_requests_distributor_environment ON fulfillment_requests (distributor_id, environment, created_at DESC, id DESC);
