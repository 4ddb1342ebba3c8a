-- Why the last look did not find the DNS record of a domain, as a key; at how many daily looks in a row the proof was gone; and which proof
-- held last: the record, or else the file.
ALTER TABLE sso_domains
    ADD COLUMN record_trouble text NOT NULL DEFAULT '' CHECK (char_length(record_trouble) <= 32),
    ADD COLUMN missed smallint NOT NULL DEFAULT 0 CHECK (missed BETWEEN 0 AND 3),
    ADD COLUMN by_record boolean NOT NULL DEFAULT false;
-- the domains whose daily look is due
CREATE INDEX sso_domains_looks ON sso_domains (checked_at) WHERE verified_at IS NOT NULL AND NOT vouched;
-- who has proven a domain before had no reason to keep the proof: the first look comes a month later
UPDATE sso_domains SET checked_at = now() + interval '30 days' WHERE verified_at IS NOT NULL AND NOT vouched;
