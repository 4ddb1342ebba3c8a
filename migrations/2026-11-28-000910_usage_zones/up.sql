-- in which time zone days of a file begin, and its report's local times are; empty is UTC
ALTER TABLE usage_files ADD COLUMN zone text NOT NULL DEFAULT '';
