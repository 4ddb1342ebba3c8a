-- what there was before versions and requests had ids of templates, and orders hubs: of two orders one was made where there is one hub
SET session_replication_role = replica;
INSERT INTO users (id, name, email, email_key, time_zone, created_at) VALUES ('UR-000-000-000', 'n', 'e@a.example', 'e@a.example', 'UTC', now());
INSERT INTO accounts (id, role, name, created_at) VALUES ('VA-000-000', 'vendor', 'n', now()), ('PA-000-000', 'distributor', 'n', now());
INSERT INTO products (id, vendor_id, name, category, created_at, updated_at) VALUES ('PRD-000-000-000', 'VA-000-000', 'n', 'ai', now(), now());
INSERT INTO templates (id, product_id, scope, type, name, body, created_at, updated_at) VALUES
 ('TL-000-000-001', 'PRD-000-000-000', 'asset', 'fulfillment', 'Hello', 'As it is', now(), now()),
 ('TL-000-000-002', 'PRD-000-000-000', 'tier1', NULL, 'Twice', 'The same', now(), now()),
 ('TL-000-000-003', 'PRD-000-000-000', 'tier1', NULL, 'Twice', 'The same', now() + interval '1 second', now());
INSERT INTO product_media (id, product_id, position, type, image, alt, url) VALUES ('PRDM-000-000-000-00001', 'PRD-000-000-000', 1, 'image', repeat('a', 64), 'A picture', NULL);
INSERT INTO product_versions (product_id, number, public, changes, name, category, snapshot, author_id, created_at)
SELECT 'PRD-000-000-000', number, true, 'x', 'n', 'ai', jsonb_build_object('media', media::jsonb, 'templates', templates::jsonb), 'UR-000-000-000', now() FROM (VALUES
 (1, '[{"type": "image", "image": "' || repeat('a', 64) || '", "alt": "A picture", "url": null}, {"type": "image", "image": "gone", "alt": "Gone", "url": null}]',
  '[{"scope": "asset", "type": "fulfillment", "name": "Hello", "body": "As it was"}, {"scope": "tier1", "type": null, "name": "Twice", "body": "The same"}, {"scope": "tier1", "type": null, "name": "Twice", "body": "The same"}]'),
 (2, '[]', '[{"scope": "asset", "type": "fulfillment", "name": "Hello", "body": "As it is"}, {"scope": "tier2", "type": null, "name": "Gone", "body": "x"}]')) v (number, media, templates);
INSERT INTO hubs (id, owner_id, name, description, created_at, updated_at) VALUES ('HB-0000-0001', 'PA-000-000', 'One', 'd', now(), now()), ('HB-0000-0002', 'PA-000-000', 'Two', 'd', now(), now());
INSERT INTO marketplace_hubs (marketplace_id, owner_id, hub_id, external_account) VALUES ('MP-00001', 'PA-000-000', 'HB-0000-0001', 'a'), ('MP-00002', 'PA-000-000', 'HB-0000-0001', 'a'), ('MP-00002', 'PA-000-000', 'HB-0000-0002', 'b');
INSERT INTO subscriptions (id, status, environment, external_id, external_uid, product_id, version, vendor_id, buyer_id, distributor_id, marketplace_id, contract_id, customer_id, tier1_id, customer_name, activated_at, created_at, updated_at, template)
SELECT 'AS-0000-0000-000' || n, 'active', 'production', 'x', gen_random_uuid(), 'PRD-000-000-000', 1, 'VA-000-000', 'PA-000-000', 'PA-000-000', 'MP-0000' || n, 'CRD-00000-00000-00000', 'TA-0000-0000-0001', 'TA-0000-0000-0002', 'n', now(), now(), now(), '{"name": "Hello", "body": "As it is"}' FROM generate_series(1, 3) n;
INSERT INTO fulfillment_requests (id, type, status, subscription_id, environment, product_id, version, vendor_id, buyer_id, distributor_id, marketplace_id, customer_id, tier1_id, customer_name, tiers, creator_id, effective_at, created_at, updated_at, due_at, template)
SELECT 'PR-0000-0000-000' || n || '-001', 'purchase', 'approved', 'AS-0000-0000-000' || n, 'production', 'PRD-000-000-000', 1, 'VA-000-000', 'PA-000-000', 'PA-000-000', 'MP-0000' || n, 'TA-0000-0000-0001', 'TA-0000-0000-0002', 'n', '{"customer": {}, "tier1": {}}', 'UR-000-000-000', now(), now(), now(), now(), '{"name": "Hello", "body": "As it was"}' FROM generate_series(1, 3) n;
SET session_replication_role = DEFAULT;
