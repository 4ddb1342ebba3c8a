ALTER TABLE users DROP COLUMN shortcuts;
