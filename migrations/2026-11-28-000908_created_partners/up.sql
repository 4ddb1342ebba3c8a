-- what Create Partner knows of a contract besides: the issuer's own number of the partner, and the account that was made for it, whose
-- first administrator is invited
CREATE TABLE created_partners (
    contract_id text PRIMARY KEY REFERENCES contracts ON DELETE CASCADE,
    issuer_id text NOT NULL REFERENCES accounts,
    external_id text NOT NULL DEFAULT '' CHECK (char_length(external_id) <= 64),
    account_id text UNIQUE REFERENCES accounts,
    invitation_id text REFERENCES invitations ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    CHECK (external_id <> '' OR account_id IS NOT NULL),
    CHECK (account_id IS NOT NULL OR invitation_id IS NULL)
);
-- a number means one partner, so the same one is not created twice
CREATE UNIQUE INDEX created_partners_number ON created_partners (external_id, issuer_id) WHERE external_id <> '';
CREATE INDEX created_partners_issuer ON created_partners (issuer_id, created_at DESC);
CREATE INDEX created_partners_invitation ON created_partners (invitation_id);
