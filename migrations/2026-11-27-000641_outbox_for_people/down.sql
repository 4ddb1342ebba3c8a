DROP INDEX outbox_object;
ALTER TABLE outbox DROP COLUMN known, DROP COLUMN for_id;
DROP INDEX outbox_account_id;
