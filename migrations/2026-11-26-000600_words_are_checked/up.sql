-- columns that keep a word of the program take no other: these had no constraint, or one that let any word pass
ALTER TABLE products
    DROP CONSTRAINT products_category_check,
    ADD CONSTRAINT products_category_check CHECK (category IN (
        'ai', 'backup', 'communication', 'customers', 'digital_marketing', 'finance', 'human_resources', 'infrastructure',
        'it_management', 'marketing', 'office', 'sales', 'security'));
ALTER TABLE product_versions
    ADD CONSTRAINT product_versions_category_check CHECK (category IN (
        'ai', 'backup', 'communication', 'customers', 'digital_marketing', 'finance', 'human_resources', 'infrastructure',
        'it_management', 'marketing', 'office', 'sales', 'security'));
ALTER TABLE items
    ADD CONSTRAINT items_period_check CHECK (period IN (
        'monthly', 'yearly', 'years_2', 'years_3', 'years_4', 'years_5', 'years_6', 'onetime', 'monthly_trial', 'days_7_trial',
        'days_14_trial', 'days_30_trial'));
ALTER TABLE request_items
    ADD CONSTRAINT request_items_period_check CHECK (period IN (
        'monthly', 'yearly', 'years_2', 'years_3', 'years_4', 'years_5', 'years_6', 'onetime', 'monthly_trial', 'days_7_trial',
        'days_14_trial', 'days_30_trial'));
ALTER TABLE parameters
    ADD CONSTRAINT parameters_scope_check CHECK (scope IN (
        'asset', 'tier1', 'tier2', 'product', 'item', 'marketplace', 'item_marketplace'));
ALTER TABLE fulfillment_requests
    ADD CONSTRAINT fulfillment_requests_status_before_check CHECK (status_before IN (
        'draft', 'processing', 'active', 'suspended', 'terminating', 'terminated'));
ALTER TABLE partners
    ADD CONSTRAINT partners_environment_check CHECK (environment IN (
        'production', 'test'));
ALTER TABLE security_events
    DROP CONSTRAINT security_events_name_check,
    ADD CONSTRAINT security_events_name_check CHECK (name IN (
        'session.began', 'session.ended', 'session.revoked', 'password.wrong', 'password.changed', 'password.reset_asked',
        'password.reset_used', 'request.refused', 'request.untrusted', 'request.throttled', 'token.refused', 'rights.rose', 'key.rotated'));
