-- when a person came by a mail to their address, or was vouched for: only then is what is sent there theirs without the mail
ALTER TABLE users ADD COLUMN email_proved_at timestamptz;
CREATE INDEX invitations_key ON invitations (email_key) WHERE status = 'invited';
