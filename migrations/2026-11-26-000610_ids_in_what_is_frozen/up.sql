-- versions name their templates and media by id, and so do the messages that were chosen from them. What was frozen before gets the id of
-- what is the same in Master, or of the only template of the same name; what is neither has none.
ALTER TABLE product_versions DISABLE TRIGGER product_versions_are_final;
WITH frozen AS (
    SELECT v.product_id, v.number, f.place, f.value - 'id' AS value,
        row_number() OVER (PARTITION BY v.product_id, v.number, f.value - 'id' ORDER BY f.place) AS nth,
        count(*) OVER (PARTITION BY v.product_id, v.number, f.value -> 'scope', f.value -> 'type', f.value -> 'name') AS alike
    FROM product_versions v, jsonb_array_elements(v.snapshot -> 'templates') WITH ORDINALITY AS f (value, place)
), same AS (
    SELECT product_id, id, jsonb_build_object('scope', scope, 'type', type, 'name', name, 'body', body) AS value,
        row_number() OVER (PARTITION BY product_id, scope, type, name, body ORDER BY created_at, id) AS nth
    FROM templates
), named AS (
    SELECT product_id, min(id) AS id, jsonb_build_object('scope', scope, 'type', type, 'name', name) AS value
    FROM templates GROUP BY product_id, scope, type, name HAVING count(*) = 1
), found AS (
    SELECT f.product_id, f.number, jsonb_agg(f.value || jsonb_build_object('id', coalesce(s.id, n.id)) ORDER BY f.place) AS templates
    FROM frozen f
        LEFT JOIN same s ON s.product_id = f.product_id AND s.value = f.value AND s.nth = f.nth
        LEFT JOIN named n ON n.product_id = f.product_id AND n.value = f.value - 'body' AND f.alike = 1
    GROUP BY f.product_id, f.number
)
UPDATE product_versions v SET snapshot = jsonb_set(v.snapshot, '{templates}', found.templates)
FROM found WHERE (v.product_id, v.number) = (found.product_id, found.number);

WITH frozen AS (
    SELECT v.product_id, v.number, f.place, f.value - 'id' AS value,
        row_number() OVER (PARTITION BY v.product_id, v.number, f.value - 'id' ORDER BY f.place) AS nth
    FROM product_versions v, jsonb_array_elements(v.snapshot -> 'media') WITH ORDINALITY AS f (value, place)
), same AS (
    SELECT product_id, id, jsonb_build_object('type', type, 'image', image, 'alt', alt, 'url', url) AS value,
        row_number() OVER (PARTITION BY product_id, type, image, alt, url ORDER BY position, id) AS nth
    FROM product_media
), found AS (
    SELECT f.product_id, f.number, jsonb_agg(f.value || jsonb_build_object('id', s.id) ORDER BY f.place) AS media
    FROM frozen f LEFT JOIN same s ON s.product_id = f.product_id AND s.value = f.value AND s.nth = f.nth
    GROUP BY f.product_id, f.number
)
UPDATE product_versions v SET snapshot = jsonb_set(v.snapshot, '{media}', found.media)
FROM found WHERE (v.product_id, v.number) = (found.product_id, found.number);
ALTER TABLE product_versions ENABLE TRIGGER product_versions_are_final;

-- a message is a frozen template's name and text; of several with one id or another, none is guessed
CREATE TEMPORARY TABLE known_messages ON COMMIT DROP AS
    SELECT v.product_id, f ->> 'name' AS name, f ->> 'body' AS body, min(f ->> 'id') AS id
    FROM product_versions v, jsonb_array_elements(v.snapshot -> 'templates') f
    WHERE f ->> 'id' IS NOT NULL
    GROUP BY 1, 2, 3 HAVING count(DISTINCT f ->> 'id') = 1;
ALTER TABLE fulfillment_requests DISABLE TRIGGER fulfillment_requests_end;
UPDATE fulfillment_requests r SET template = r.template || jsonb_build_object('id', k.id) FROM known_messages k
WHERE (k.product_id, k.name, k.body) = (r.product_id, r.template ->> 'name', r.template ->> 'body');
ALTER TABLE fulfillment_requests ENABLE TRIGGER fulfillment_requests_end;
ALTER TABLE subscriptions DISABLE TRIGGER subscriptions_keep_uses;
UPDATE subscriptions s SET template = s.template || jsonb_build_object('id', k.id) FROM known_messages k
WHERE (k.product_id, k.name, k.body) = (s.product_id, s.template ->> 'name', s.template ->> 'body');
ALTER TABLE subscriptions ENABLE TRIGGER subscriptions_keep_uses;
UPDATE tier_configs t SET template = t.template || jsonb_build_object('id', k.id) FROM known_messages k
WHERE (k.product_id, k.name, k.body) = (t.product_id, t.template ->> 'name', t.template ->> 'body');
DROP TABLE known_messages;
