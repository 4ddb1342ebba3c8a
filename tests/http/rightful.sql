-- What the cast lacks for a walk over all acts. Copies are made beside the triggers that only a program passes.
SET session_replication_role = replica;

-- a program of which there is a newer version to sign, and contracts that can be extended
UPDATE agreement_versions SET status = 'inactive'
WHERE agreement_id IN (SELECT id FROM agreements WHERE type = 'program' AND owner_id = 'PA-469-206');
SELECT another('agreement_versions',
    'agreement_id = (SELECT id FROM agreements WHERE type = ''program'' AND owner_id = ''PA-469-206'') AND number = 1',
    '{"number": 2, "status": "active", "id": "88888888-0000-7000-8000-000000000001"}');
UPDATE agreements SET last_version = 2 WHERE type = 'program' AND owner_id = 'PA-469-206';
UPDATE contracts SET expire_at = now() + interval '60 days' WHERE status = 'active';

-- a contract that waits for its partner on a version that is not the newest
SELECT another('contracts', 'id = ''CRS-15231-15992-11789''', '{"id": "CRS-88888-00000-00001", "version": 1}');
SELECT another('activation_links', 'contract_id = ''CRS-15231-15992-11789''', '{"contract_id": "CRS-88888-00000-00001"}');

-- a marketplace with a distribution agreement in which nobody is enrolled
SELECT another('marketplaces', 'id = ''MP-68204''', '{"id": "MP-88801", "name": "Second Marketplace"}');
SELECT another('agreements', 'id = ''AGD-284-437-563''',
    '{"id": "AGD-888-888-001", "name": "Second Distribution", "marketplace_id": "MP-88801"}');
SELECT another('agreement_versions', 'agreement_id = ''AGD-284-437-563''',
    '{"agreement_id": "AGD-888-888-001", "id": "88888888-0000-7000-8000-000000000002"}');

-- a customer of the vendor
INSERT INTO tier_accounts (id, owner_id, type, parent_id, name, external_uid, country, city, postal_code, address_line1, first_name,
    last_name, email, created_at, updated_at)
SELECT 'TA-0000-0000-0004', owner_id, 'customer', id, 'Ringside', gen_random_uuid(), country, city, postal_code, address_line1,
    first_name, last_name, email, now(), now() FROM tier_accounts WHERE id = 'TA-0000-0000-0002';
INSERT INTO tier_account_versions
SELECT 'TA-0000-0000-0004', 1, data, 'a', now() FROM tier_account_versions WHERE tier_account_id = 'TA-0000-0000-0002';

-- secrets, and what is asked of tiers
INSERT INTO parameters (id, product_id, phase, scope, type, name, title, min_length, position, created_at, updated_at)
VALUES ('PRM-276-377-545-8001', 'PRD-276-377-545', 'ordering', 'asset', 'password', 'secret_asset', 'Door code', 8, 1, now(), now()),
       ('PRM-276-377-545-8002', 'PRD-276-377-545', 'ordering', 'tier1', 'password', 'secret_tier', 'Partner code', 8, 1, now(), now());
UPDATE products SET reseller_authorization = 1 WHERE id = 'PRD-276-377-545';
SET entente.sealing = 'on';
UPDATE subscriptions SET parameter_values = parameter_values || '{"PRM-276-377-545-8001": {"value": "{asset secret}"}}';
UPDATE fulfillment_requests SET parameter_values = parameter_values || '{"PRM-276-377-545-8001": {"value": "{asset secret}"}}';
UPDATE tier_configs SET parameter_values = parameter_values || '{"PRM-276-377-545-8002": {"value": "{tier secret}"}}';
UPDATE tier_config_requests SET parameter_values = parameter_values || '{"PRM-276-377-545-8002": {"value": "{tier secret}"}}';

-- contracts of their own for each side to extend, with an offer that waits for an answer or for its withdrawal
SELECT another('agreements', 'id = ''AGS-573-089-627''', jsonb_build_object('id', 'AGS-888-888-00' || n, 'name', 'Further Terms ' || n)),
       another('agreement_versions', 'agreement_id = ''AGS-573-089-627'' AND number = 2', jsonb_build_object(
           'agreement_id', 'AGS-888-888-00' || n, 'number', 1, 'id', '88888888-0000-7000-8000-00000000001' || n)),
       another('contracts', 'id = ''CRS-58329-11884-23347''', jsonb_build_object(
           'id', 'CRS-88888-00000-0001' || n, 'agreement_id', 'AGS-888-888-00' || n, 'version', 1, 'created_at', now()))
FROM generate_series(1, 3) n;
SELECT another('agreements', 'type = ''program'' AND owner_id = ''PA-469-206''',
           jsonb_build_object('id', 'AGP-888-888-00' || n, 'name', 'Further Program ' || n)),
       another('agreement_versions', 'agreement_id LIKE ''AGP-%'' AND status = ''active''', jsonb_build_object(
           'agreement_id', 'AGP-888-888-00' || n, 'number', 1, 'id', '88888888-0000-7000-8000-00000000002' || n)),
       another('contracts', 'type = ''program'' AND status = ''active'' AND signee_id = ''VA-287-142''', jsonb_build_object(
           'id', 'CRP-88888-00000-0002' || n, 'agreement_id', 'AGP-888-888-00' || n, 'version', 1, 'created_at', now()))
FROM generate_series(1, 2) n;
UPDATE agreements SET last_version = 1 WHERE id LIKE 'AG_-888-888-00_' AND type <> 'distribution';
INSERT INTO contract_extensions (contract_id, number, status, from_at, to_at, offered_by_id, offered_at)
SELECT id, 1, 'offered', expire_at, expire_at + interval '1 year', creator_id, now() FROM contracts WHERE id LIKE 'CR_-88888-00000-000__'
    AND id NOT LIKE '%01' AND status = 'active';

-- subscriptions in use that nobody has asked anything of, of the buyer and of the vendor itself, and one that is suspended
SELECT another('subscriptions', 'status = ''active'' AND customer_name LIKE ''J&M%''', jsonb_build_object(
           'id', 'AS-8888-0000-000' || n, 'external_uid', '88888888-0000-7000-8000-00000000003' || n, 'created_at', now())),
       another('subscription_items', 'subscription_id = (SELECT id FROM subscriptions WHERE status = ''active'' AND customer_name LIKE ''J&M%'' '
           'ORDER BY created_at LIMIT 1) AND item_id = ''PRD-276-377-545-0001''', jsonb_build_object('subscription_id', 'AS-8888-0000-000' || n))
FROM generate_series(1, 8) n;
UPDATE subscriptions SET environment = 'preview', buyer_id = vendor_id, distributor_id = NULL, marketplace_id = NULL, contract_id = NULL,
    hub_id = NULL, customer_id = 'TA-0000-0000-0004', tier1_id = 'TA-0000-0000-0002', tier2_id = NULL, customer_name = 'Ringside'
WHERE id IN ('AS-8888-0000-0005', 'AS-8888-0000-0006', 'AS-8888-0000-0007', 'AS-8888-0000-0008');
UPDATE subscriptions SET status = 'suspended' WHERE id IN ('AS-8888-0000-0004', 'AS-8888-0000-0008');
SELECT another('fulfillment_requests', 'status = ''approved'' AND customer_name LIKE ''J&M%''', jsonb_build_object(
    'id', 'PR-8888-0000-000' || n || '-001', 'subscription_id', 'AS-8888-0000-000' || n)) FROM generate_series(1, 8) n;
UPDATE fulfillment_requests SET environment = 'preview', buyer_id = vendor_id, distributor_id = NULL, marketplace_id = NULL, hub_id = NULL,
    customer_id = 'TA-0000-0000-0004', tier1_id = 'TA-0000-0000-0002', tier2_id = NULL, customer_name = 'Ringside'
WHERE subscription_id IN ('AS-8888-0000-0005', 'AS-8888-0000-0006', 'AS-8888-0000-0007', 'AS-8888-0000-0008');

-- a marketplace on which a program is not distributed yet
SELECT another('marketplaces', 'id = ''MP-68204''', '{"id": "MP-88802", "name": "Third Marketplace"}');

-- requests that are scheduled, and one that is being revoked
SELECT another('fulfillment_requests', 'id = ''PR-8888-0000-000' || n || '-001''', jsonb_build_object('id', 'PR-8888-0000-000' || n || '-002',
    'status', CASE n WHEN 2 THEN 'revoking' ELSE 'scheduled' END, 'type', 'change', 'planned_at', now() + interval '9 days',
    'effective_at', NULL, 'reason', CASE n WHEN 2 THEN 'Not needed' ELSE '' END, 'created_at', now()))
FROM unnest(ARRAY[1, 2, 5]) n;
UPDATE subscriptions SET number = 2 WHERE id IN ('AS-8888-0000-0001', 'AS-8888-0000-0002', 'AS-8888-0000-0005');
