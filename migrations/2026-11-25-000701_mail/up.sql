ALTER TABLE outbox
    -- the company whose business it is, which is told when it cannot be delivered
    ADD COLUMN account_id text REFERENCES accounts,
    -- the page it is about, as section/id in that company's portal
    ADD COLUMN object text NOT NULL DEFAULT '',
    -- a program is sending it; when that has not ended by then, it died on the way
    ADD COLUMN leased_until timestamptz,
    -- it will not be sent, and why
    ADD COLUMN failed_at timestamptz,
    ADD COLUMN failure text CHECK (failure IN ('address', 'refused', 'given_up'));
UPDATE outbox SET failed_at = now(), failure = 'given_up' WHERE sent_at IS NULL AND attempts >= 10;
ALTER TABLE outbox
    ADD CONSTRAINT outbox_one_end CHECK (sent_at IS NULL OR failed_at IS NULL),
    ADD CONSTRAINT outbox_failed CHECK ((failed_at IS NULL) = (failure IS NULL));
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_failed ON outbox (account_id, failed_at) WHERE failed_at IS NOT NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;

-- mails that only remind can be refused
ALTER TABLE users ADD COLUMN reminders boolean NOT NULL DEFAULT true;
