-- further conditions of accepting automatically
ALTER TABLE usage_rules
    -- nothing is far from what it usually is
    ADD COLUMN usual boolean NOT NULL DEFAULT false,
    -- the vendor said what the report comes to, and it does
    ADD COLUMN controlled boolean NOT NULL DEFAULT false;
