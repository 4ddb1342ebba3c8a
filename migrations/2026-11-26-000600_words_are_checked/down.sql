ALTER TABLE products DROP CONSTRAINT products_category_check, ADD CONSTRAINT products_category_check CHECK (category ~ '^[a-z_]+$');
ALTER TABLE product_versions DROP CONSTRAINT product_versions_category_check;
ALTER TABLE items DROP CONSTRAINT items_period_check;
ALTER TABLE request_items DROP CONSTRAINT request_items_period_check;
ALTER TABLE parameters DROP CONSTRAINT parameters_scope_check;
ALTER TABLE fulfillment_requests DROP CONSTRAINT fulfillment_requests_status_before_check;
ALTER TABLE partners DROP CONSTRAINT partners_environment_check;
ALTER TABLE security_events DROP CONSTRAINT security_events_name_check, ADD CONSTRAINT security_events_name_check CHECK (name ~ '^[a-z_]+\.[a-z_]+$');
