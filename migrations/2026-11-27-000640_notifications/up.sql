-- how a person gets the mails that tell of something
ALTER TABLE users ADD COLUMN mail_pace text NOT NULL DEFAULT 'at_once' CHECK (mail_pace IN ('at_once', 'hourly', 'portal'));

-- what a company says of one sort of event: whether its people are told by mail, in the portal, by both or not at all; without a row the
-- default of the sort's module holds
CREATE TABLE notification_rules (
    account_id text NOT NULL REFERENCES accounts,
    kind text NOT NULL,
    way text NOT NULL CHECK (way IN ('both', 'mail', 'portal', 'none')),
    revision integer NOT NULL DEFAULT 1,
    PRIMARY KEY (account_id, kind)
);

-- which groups are told; none: everybody whose groups let them act on it
CREATE TABLE notification_rule_groups (
    account_id text NOT NULL,
    kind text NOT NULL,
    group_id text NOT NULL,
    PRIMARY KEY (account_id, kind, group_id),
    FOREIGN KEY (account_id, kind) REFERENCES notification_rules (account_id, kind) ON DELETE CASCADE,
    FOREIGN KEY (group_id, account_id) REFERENCES groups (id, account_id) ON DELETE CASCADE
);
CREATE INDEX notification_rule_groups_group_id ON notification_rule_groups (group_id, account_id);

-- what a person is told of, once for each company; who leaves a company is told nothing of it any more
CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    account_id text NOT NULL,
    user_id text NOT NULL,
    -- the key of the letter that tells the same, and what it is about
    kind text NOT NULL,
    facts jsonb NOT NULL,
    object text NOT NULL,
    -- the permissions of which one lets somebody see it
    seen text[] NOT NULL,
    at timestamptz NOT NULL,
    -- whether it stands in the portal, and whether it waits for the mail of the hour
    shown boolean NOT NULL,
    hourly boolean NOT NULL,
    -- the mail in the outbox that tells it
    bundle uuid,
    read_at timestamptz,
    FOREIGN KEY (account_id, user_id) REFERENCES memberships (account_id, user_id) ON DELETE CASCADE,
    CHECK (shown OR hourly)
);
CREATE INDEX notifications_account_id ON notifications (account_id, user_id, at DESC, id DESC) WHERE shown;
CREATE INDEX notifications_unread ON notifications (account_id, user_id) WHERE shown AND read_at IS NULL;
CREATE INDEX notifications_members ON notifications (account_id, user_id);
CREATE INDEX notifications_user_id ON notifications (user_id);
CREATE INDEX notifications_waiting ON notifications (account_id, user_id, at) WHERE hourly AND bundle IS NULL;
CREATE INDEX notifications_bundle ON notifications (bundle) WHERE bundle IS NOT NULL;
CREATE INDEX notifications_at ON notifications (at);
