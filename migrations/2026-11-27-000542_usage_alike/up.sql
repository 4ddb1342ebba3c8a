-- records of a file that is ready which are alike but for their ids, and what they come to: it may be right, and somebody should look
CREATE TABLE usage_alike (
    file_id text PRIMARY KEY REFERENCES usage_files ON DELETE CASCADE,
    records integer NOT NULL CHECK (records > 1),
    -- a number as text, as the file's own sum; none where amounts have no sum
    amount text
);
