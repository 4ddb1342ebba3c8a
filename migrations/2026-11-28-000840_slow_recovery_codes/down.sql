-- codes with a hash can't be looked up by their whole mark
DELETE FROM recovery_codes WHERE hash IS NOT NULL;
ALTER TABLE recovery_codes DROP COLUMN hash;
