-- how records of a file were billed, as their owner filled it in: checked when it comes, and applied as a whole
CREATE TABLE usage_reconciliations (
    file_id text NOT NULL REFERENCES usage_files,
    -- so many came for the file
    number integer NOT NULL CHECK (number > 0),
    file_name text NOT NULL,
    -- that of the usage file, which the rows were checked against
    revision integer NOT NULL,
    sender_id text NOT NULL REFERENCES users,
    sent_at timestamptz NOT NULL,
    -- rows that close a record, that say otherwise how one was billed, that change nothing, and that are wrong
    closes integer NOT NULL,
    changes integer NOT NULL,
    same integer NOT NULL,
    wrong integer NOT NULL,
    applied_at timestamptz,
    PRIMARY KEY (file_id, number),
    CHECK (applied_at IS NULL OR wrong = 0)
);
CREATE INDEX usage_reconciliations_sender ON usage_reconciliations (sender_id);

CREATE TABLE usage_reconciliation_rows (
    file_id text NOT NULL,
    reconciliation integer NOT NULL,
    -- the row of the sheet
    line integer NOT NULL,
    -- the record's id as it stands there, and the record in its file if there is one
    record text NOT NULL,
    number integer,
    billing_reference text NOT NULL,
    billing_note text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('close', 'change', 'same', 'error')),
    -- what is wrong, where, what stands there, and what a message names besides
    fault text CHECK (fault IN ('unknown', 'elsewhere', 'no_record', 'no_bill', 'twice', 'quantity', 'amount', 'length', 'cell', 'whole')),
    letters text NOT NULL,
    header text NOT NULL,
    raw text NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (file_id, reconciliation, line),
    FOREIGN KEY (file_id, reconciliation) REFERENCES usage_reconciliations ON DELETE CASCADE,
    CHECK ((fault IS NOT NULL) = (outcome = 'error')),
    CHECK (number IS NOT NULL OR outcome = 'error')
);
