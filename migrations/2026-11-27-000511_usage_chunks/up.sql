-- what an accepted file reports for the subscriptions of one hub, or of none: it is billed there
CREATE TABLE usage_chunks (
    id text PRIMARY KEY CHECK (id ~ '^UFC-[0-9]{4}-[0-9]{2}-[0-9]{4}-[0-9]{4}-[0-9]{3,9}$'),
    file_id text NOT NULL REFERENCES usage_files,
    number integer NOT NULL CHECK (number > 0),
    hub_id text REFERENCES hubs,
    status text NOT NULL CHECK (status IN ('draft', 'ready', 'closed')),
    records integer NOT NULL CHECK (records > 0),
    -- records that were closed on their own, and all of them when it was closed itself
    closed integer NOT NULL DEFAULT 0,
    -- a number as text, as the file has it
    amount text CHECK (amount ~ '^-?[0-9]+([.][0-9]+)?$'),
    -- the owner's own name for it
    external_id text NOT NULL DEFAULT '' CHECK (char_length(external_id) <= 200),
    -- nothing when its records were closed one by one, or with the file
    billing_reference text NOT NULL DEFAULT '' CHECK (char_length(billing_reference) <= 200),
    billing_note text NOT NULL DEFAULT '' CHECK (char_length(billing_note) <= 200),
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    revision integer NOT NULL DEFAULT 1,
    CONSTRAINT usage_chunks_number UNIQUE (file_id, number),
    CONSTRAINT usage_chunks_once UNIQUE NULLS NOT DISTINCT (file_id, hub_id),
    CHECK (closed BETWEEN 0 AND records),
    CHECK ((closed_at IS NOT NULL) = (status = 'closed'))
);
CREATE INDEX usage_chunks_hub ON usage_chunks (hub_id);
CREATE INDEX usage_chunks_external_id ON usage_chunks (external_id);

-- files that were accepted before
INSERT INTO usage_chunks (id, file_id, number, hub_id, status, records, amount, created_at, closed_at)
    SELECT 'UFC' || substr(h.file_id, 3) || '-' || lpad(h.number::text, greatest(3, length(h.number::text)), '0'), h.file_id, h.number, h.hub_id,
        CASE h.status WHEN 'closed' THEN 'closed' ELSE 'ready' END, h.records, h.amount, h.updated_at,
        CASE h.status WHEN 'closed' THEN h.updated_at END
    FROM (SELECT t.file_id, f.status, f.updated_at, s.hub_id, sum(t.records)::int AS records,
            CASE WHEN f.schema IN ('CR', 'PR') THEN trim_scale(sum(t.amount))::text END AS amount,
            row_number() OVER (PARTITION BY t.file_id ORDER BY s.hub_id NULLS LAST)::int AS number
        FROM usage_totals t JOIN usage_files f ON f.id = t.file_id AND f.status IN ('accepted', 'closed')
        JOIN subscriptions s ON s.id = t.subscription_id
        GROUP BY t.file_id, f.schema, f.status, f.updated_at, s.hub_id) h;
