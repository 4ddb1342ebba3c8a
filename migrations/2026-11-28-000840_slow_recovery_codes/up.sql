-- A code has the short beginning of its mark and the slow hash of the whole one. Codes without a hash have the whole mark, and work until
-- they are used.
ALTER TABLE recovery_codes ADD COLUMN hash text;
