DROP INDEX invitations_key;
ALTER TABLE users DROP COLUMN email_proved_at;
