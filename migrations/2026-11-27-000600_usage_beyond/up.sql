-- records of a file that go on after their subscription has ended: what is behind the end may be wrong, so somebody should look
ALTER TABLE usage_apart
    ADD COLUMN beyond integer NOT NULL DEFAULT 0, ADD COLUMN beyond_amount text,
    -- what lies behind the ends, of all these records together
    ADD COLUMN beyond_days text;
