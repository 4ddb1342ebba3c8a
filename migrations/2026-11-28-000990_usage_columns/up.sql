-- how the columns of the vendor's own are headed that records of a file have
CREATE TABLE usage_columns (
    file_id text NOT NULL REFERENCES usage_files ON DELETE CASCADE,
    header text NOT NULL CHECK (header <> ''),
    PRIMARY KEY (file_id, header)
);
INSERT INTO usage_columns (file_id, header)
SELECT DISTINCT r.file_id, k.header FROM usage_records r CROSS JOIN LATERAL jsonb_object_keys(r.extra) AS k (header) WHERE r.extra <> '{}';
