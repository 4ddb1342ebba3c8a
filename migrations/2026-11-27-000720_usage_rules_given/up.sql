-- a rule that is taken away leaves its row, so that the revision of one that is given later was never that of another
ALTER TABLE usage_rules ADD COLUMN given boolean NOT NULL DEFAULT true;
UPDATE usage_rules SET given = false WHERE revision = 0;
