-- a record is never edited: one of a later file takes it back, with the same numbers below nought
ALTER TABLE usage_records DROP CONSTRAINT usage_records_quantity_check, DROP CONSTRAINT usage_records_amount_check;
ALTER TABLE usage_files DROP CONSTRAINT usage_files_amount_check,
    ADD CONSTRAINT usage_files_amount_check CHECK (amount ~ '^-?[0-9]+([.][0-9]+)?$');

-- which record of a file takes back which of an accepted one, both with their vendor's ids
CREATE TABLE usage_reversals (
    file_id text NOT NULL REFERENCES usage_files ON DELETE CASCADE,
    number integer NOT NULL,
    key text NOT NULL,
    of_file_id text NOT NULL REFERENCES usage_files,
    of_number integer NOT NULL,
    of_key text NOT NULL,
    PRIMARY KEY (file_id, number),
    CHECK (of_file_id <> file_id)
);
CREATE INDEX usage_reversals_of ON usage_reversals (of_file_id, of_number);
CREATE TRIGGER usage_reversals_once_submitted_insert AFTER INSERT ON usage_reversals REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_submitted_usage();
CREATE TRIGGER usage_reversals_once_submitted_delete AFTER DELETE ON usage_reversals REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_submitted_usage();
CREATE TRIGGER usage_reversals_never_change BEFORE UPDATE ON usage_reversals
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- what the reversals of a file that is ready come to, by the file whose records they take back: part of the file's totals, and taken off
-- the other file's period; -1 is no tier
CREATE TABLE usage_corrections (
    file_id text NOT NULL REFERENCES usage_files ON DELETE CASCADE,
    of_file_id text NOT NULL REFERENCES usage_files,
    subscription_id text NOT NULL REFERENCES subscriptions,
    item_id text NOT NULL REFERENCES items,
    tier smallint NOT NULL,
    records integer NOT NULL CHECK (records > 0),
    quantity numeric NOT NULL CHECK (quantity <= 0),
    amount numeric CHECK (amount <= 0),
    PRIMARY KEY (file_id, of_file_id, subscription_id, item_id, tier)
);
CREATE INDEX usage_corrections_of ON usage_corrections (of_file_id);
CREATE INDEX usage_corrections_subscription ON usage_corrections (subscription_id);
CREATE INDEX usage_corrections_item ON usage_corrections (item_id);

-- which of the records of a file that is ready are told apart; no row where none are
CREATE TABLE usage_apart (
    file_id text PRIMARY KEY REFERENCES usage_files ON DELETE CASCADE,
    reversals integer NOT NULL,
    -- numbers as text, as the file's own; none where amounts have no sum
    reversals_amount text
);
