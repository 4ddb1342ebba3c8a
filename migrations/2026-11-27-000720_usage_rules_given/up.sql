-- a deleted rule keeps its row, so that a later rule never has a revision that was used before
ALTER TABLE usage_rules ADD COLUMN given boolean NOT NULL DEFAULT true;
UPDATE usage_rules SET given = false WHERE revision = 0;
