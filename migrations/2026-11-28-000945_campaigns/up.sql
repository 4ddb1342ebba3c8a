-- until when the signees of a version are asked to sign it, and when both sides were told that the day has passed
ALTER TABLE agreement_versions
    ADD COLUMN due_at timestamptz,
    ADD COLUMN overdue_told_at timestamptz;
CREATE INDEX agreement_versions_overdue ON agreement_versions (due_at)
    WHERE status = 'active' AND due_at IS NOT NULL AND overdue_told_at IS NULL;

-- when the signee of a contract was last reminded of a newer version
CREATE TABLE signature_reminders (
    contract_id text PRIMARY KEY REFERENCES contracts ON DELETE CASCADE,
    at timestamptz NOT NULL
);

-- who has signed which version is counted and paged through by this alone
CREATE INDEX contracts_signed_on ON contracts (agreement_id, version, id) INCLUDE (kind) WHERE status = 'active';
