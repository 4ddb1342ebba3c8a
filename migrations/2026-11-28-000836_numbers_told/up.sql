-- How many number cells of a report were rounded to fifteen digits, and how many were formatted as dates.
ALTER TABLE usage_uploads
    ADD COLUMN rounded integer NOT NULL DEFAULT 0 CHECK (rounded >= 0),
    ADD COLUMN dated integer NOT NULL DEFAULT 0 CHECK (dated >= 0);
