DROP INDEX contracts_signed_on;
DROP TABLE signature_reminders;
DROP INDEX agreement_versions_overdue;
ALTER TABLE agreement_versions DROP COLUMN overdue_told_at, DROP COLUMN due_at;
