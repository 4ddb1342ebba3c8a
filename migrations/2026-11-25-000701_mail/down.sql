ALTER TABLE users DROP COLUMN reminders;
DROP INDEX outbox_sent;
DROP INDEX outbox_failed;
DROP INDEX outbox_due;
ALTER TABLE outbox DROP COLUMN failure, DROP COLUMN failed_at, DROP COLUMN leased_until, DROP COLUMN object, DROP COLUMN account_id;
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL;
