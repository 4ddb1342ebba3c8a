-- what a report should come to, and what it came to once it was read. Numbers are texts, as the file's own sum
CREATE TABLE usage_controls (
    file_id text PRIMARY KEY REFERENCES usage_uploads ON DELETE CASCADE,
    -- as its vendor says
    rows integer CHECK (rows >= 0),
    total text,
    -- as the report says itself, where its mapping knows the place
    read_rows integer CHECK (read_rows >= 0),
    read_total text,
    found_rows integer,
    found_total text,
    -- how much more was found than said
    difference text
);

INSERT INTO usage_controls (file_id, rows, total, found_rows, found_total, difference)
SELECT m.file_id, m.control_rows, m.control_total, (m.ledger -> 'source' ->> 'rows')::integer, m.ledger -> 'source' ->> 'value',
    trim_scale((m.ledger -> 'source' ->> 'value')::numeric - m.control_total::numeric)::text
FROM usage_mapped m WHERE m.control_rows IS NOT NULL OR m.control_total IS NOT NULL;

ALTER TABLE usage_mapped DROP COLUMN control_rows, DROP COLUMN control_total;
