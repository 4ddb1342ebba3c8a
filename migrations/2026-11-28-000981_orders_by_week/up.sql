-- how many orders came in a week, and how many were fulfilled in it, is read from an index alone
DROP INDEX fulfillment_requests_vendor_environment, fulfillment_requests_buyer_environment, fulfillment_requests_distributor_environment;
CREATE INDEX fulfillment_requests_vendor_environment ON fulfillment_requests (vendor_id, environment, created_at DESC, id DESC)
    INCLUDE (type);
CREATE INDEX fulfillment_requests_buyer_environment ON fulfillment_requests (buyer_id, environment, created_at DESC, id DESC)
    INCLUDE (type);
CREATE INDEX fulfillment_requests_distributor_environment
    ON fulfillment_requests (distributor_id, environment, created_at DESC, id DESC) INCLUDE (type);

CREATE INDEX fulfillment_requests_vendor_approved ON fulfillment_requests (vendor_id, updated_at)
    WHERE status = 'approved' AND environment = 'production' AND type <> 'adjustment';
CREATE INDEX fulfillment_requests_buyer_approved ON fulfillment_requests (buyer_id, updated_at)
    WHERE status = 'approved' AND environment = 'production' AND type <> 'adjustment';
CREATE INDEX fulfillment_requests_distributor_approved ON fulfillment_requests (distributor_id, updated_at)
    WHERE status = 'approved' AND environment = 'production' AND type <> 'adjustment';
