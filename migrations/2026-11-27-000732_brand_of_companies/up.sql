-- the company whose brand a company shows: another's, or its own
ALTER TABLE accounts ADD COLUMN brand text NOT NULL GENERATED ALWAYS AS (coalesce(branded_by, id)) STORED;
