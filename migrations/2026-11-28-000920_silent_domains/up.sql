-- At how many daily looks in a row nothing answered where the proof of a domain that held last was.
ALTER TABLE sso_domains ADD COLUMN silent smallint NOT NULL DEFAULT 0 CHECK (silent BETWEEN 0 AND 14);
