-- the company whose people a mail is for, and whether the company that sends it knows the address, since it typed it
ALTER TABLE outbox
    ADD COLUMN for_id text REFERENCES accounts,
    ADD COLUMN known boolean NOT NULL DEFAULT false;
UPDATE outbox SET known = true WHERE kind IN ('person_invited', 'contract_invited', 'data_asked');
CREATE INDEX outbox_account_id ON outbox (account_id, created_at DESC, id DESC);
CREATE INDEX outbox_for_id ON outbox (for_id, created_at DESC, id DESC);
CREATE INDEX outbox_object ON outbox (object, created_at DESC);
