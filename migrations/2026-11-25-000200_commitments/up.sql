-- until when a customer is bound to have an item: years from the day since which it has it
ALTER TABLE subscription_items ADD COLUMN committed_until timestamptz;

-- the years as they were ordered, and until when the customer was bound when something else was asked for
ALTER TABLE request_items
    ADD COLUMN commitment integer NOT NULL DEFAULT 0 CHECK (commitment BETWEEN 0 AND 6),
    ADD COLUMN committed_until timestamptz;

UPDATE request_items i SET commitment = (line->>'commitment')::integer
FROM fulfillment_requests r
JOIN product_versions v ON v.product_id = r.product_id AND v.number = r.version
CROSS JOIN LATERAL jsonb_array_elements(v.snapshot->'items') line
WHERE r.id = i.request_id AND line->>'id' = i.item_id AND (line->>'commitment')::integer <> 0;

UPDATE subscription_items s SET committed_until = since.at + make_interval(years => since.commitment)
FROM (
    SELECT r.subscription_id, i.item_id, min(r.effective_at) AS at, max(i.commitment) AS commitment
    FROM fulfillment_requests r JOIN request_items i ON i.request_id = r.id
    WHERE r.status = 'approved' AND r.type IN ('purchase', 'change') AND i.quantity <> 0 AND i.commitment > 0
    GROUP BY r.subscription_id, i.item_id
) since
WHERE since.subscription_id = s.subscription_id AND since.item_id = s.item_id;
