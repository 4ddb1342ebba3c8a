-- what a workbook says of the categories that its records name
CREATE TABLE usage_categories (
    file_id text NOT NULL REFERENCES usage_files ON DELETE CASCADE,
    id text NOT NULL CHECK (char_length(id) BETWEEN 1 AND 255),
    name text COLLATE people NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    description text NOT NULL CHECK (char_length(description) <= 255),
    PRIMARY KEY (file_id, id)
);

-- a text was read as Windows-1252, which no file says of itself
ALTER TABLE usage_uploads ADD COLUMN western boolean NOT NULL DEFAULT false;
