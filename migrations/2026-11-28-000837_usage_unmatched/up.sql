-- values of an upload by which no subscription was found, or several: the rows that have each, and the sum of their amounts, or of their
-- quantities where the report has no amounts
CREATE TABLE usage_unmatched (
    file_id text NOT NULL REFERENCES usage_files ON DELETE CASCADE,
    code text NOT NULL,
    value text NOT NULL,
    rows integer NOT NULL CHECK (rows > 0),
    worth numeric,
    PRIMARY KEY (file_id, code, value)
);
