-- what happened, in order, for good
CREATE TABLE events (
    number bigserial PRIMARY KEY,
    at timestamptz NOT NULL,
    name text NOT NULL CHECK (name ~ '^[a-z_]+\.[a-z_]+$'),
    -- the object's id; no foreign key, since an event outlives what was deleted
    object text NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('member', 'invitee', 'system')),
    actor_name text NOT NULL,
    user_id text REFERENCES users,
    account_id text REFERENCES accounts,
    -- when set, only this account may read the event
    private_to_id text REFERENCES accounts,
    moved_from text,
    moved_to text,
    note text NOT NULL DEFAULT '',
    cause text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    request text NOT NULL DEFAULT ''
);
CREATE INDEX events_object ON events (object, number DESC);
CREATE INDEX events_account ON events (account_id, number DESC);
CREATE INDEX events_user ON events (user_id);
CREATE INDEX events_private_to ON events (private_to_id) WHERE private_to_id IS NOT NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps what was written: % is refused', TG_TABLE_NAME, TG_OP;
END $$;
CREATE TRIGGER events_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- mail to be sent; a link's secret is derived when the mail is written, never kept here
CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    recipient text NOT NULL,
    kind text NOT NULL,
    facts jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    last_error text NOT NULL DEFAULT '',
    sent_at timestamptz
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL;
