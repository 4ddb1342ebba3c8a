-- since when nothing new can be ordered by it, because its listing was removed or paused: both sides were told then
ALTER TABLE contract_sources ADD COLUMN stopped_at timestamptz;
