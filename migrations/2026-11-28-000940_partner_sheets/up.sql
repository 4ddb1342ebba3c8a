-- a sheet of partners to invite: each row becomes a pending contract with a link, once
CREATE TABLE partner_sheets (
    id uuid PRIMARY KEY,
    issuer_id text NOT NULL REFERENCES accounts,
    user_id text NOT NULL REFERENCES users,
    file_name text NOT NULL CHECK (char_length(file_name) <= 255),
    agreement_id text NOT NULL REFERENCES agreements ON DELETE CASCADE,
    -- the parameters of every contract
    said jsonb NOT NULL,
    -- headers of columns that are not read
    ignored text NOT NULL DEFAULT '',
    state text NOT NULL CHECK (state IN ('checked', 'running', 'mailing', 'stopped', 'done')),
    -- why it ended early
    complaint text NOT NULL DEFAULT '',
    -- the version that whoever ran it was shown
    shown text NOT NULL DEFAULT '',
    -- for how many days the links work
    link_days integer NOT NULL DEFAULT 1 CHECK (link_days > 0),
    run_by_id text REFERENCES users,
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    leased_by uuid,
    leased_until timestamptz
);
CREATE INDEX partner_sheets_issuer ON partner_sheets (issuer_id, updated_at DESC);
CREATE INDEX partner_sheets_waiting ON partner_sheets (updated_at) WHERE state IN ('running', 'mailing');
CREATE INDEX partner_sheets_agreement ON partner_sheets (agreement_id);
CREATE INDEX partner_sheets_user ON partner_sheets (user_id);
CREATE INDEX partner_sheets_run_by ON partner_sheets (run_by_id);

CREATE TABLE partner_sheet_rows (
    sheet_id uuid NOT NULL REFERENCES partner_sheets ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0),
    company text NOT NULL,
    email text NOT NULL,
    external_id text NOT NULL,
    note text NOT NULL,
    language text NOT NULL,
    result text NOT NULL CHECK (result IN ('invite', 'invited', 'open', 'partner', 'before', 'wrong')),
    -- what is wrong, and where
    wrong jsonb NOT NULL DEFAULT '[]',
    -- the contract that was made of it, or that stands there already
    contract_id text REFERENCES contracts ON DELETE SET NULL,
    mail text NOT NULL DEFAULT 'no' CHECK (mail IN ('no', 'wanted', 'sent', 'refused')),
    PRIMARY KEY (sheet_id, number)
);
CREATE INDEX partner_sheet_rows_contract ON partner_sheet_rows (contract_id);
CREATE INDEX partner_sheet_rows_email ON partner_sheet_rows (lower(email)) WHERE result = 'invited' AND email <> '';
CREATE INDEX partner_sheet_rows_external_id ON partner_sheet_rows (external_id) WHERE external_id <> '';
-- whom a sheet names is looked up by address
CREATE INDEX contracts_recipient ON contracts (issuer_id, lower(recipient_email)) WHERE recipient_email <> '';
