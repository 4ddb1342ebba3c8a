-- who signed in or tried to, who was refused, whose rights rose: kept for a year, apart from what companies read of each other
CREATE TABLE security_events (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL CHECK (name ~ '^[a-z_]+\.[a-z_]+$'),
    user_id text REFERENCES users,
    -- an address that was typed, masked: enough to see that it is the same again
    email text NOT NULL DEFAULT '',
    -- the route, the account, the key: whatever it was about
    about text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    agent text NOT NULL DEFAULT '',
    -- the first request of those that are counted together
    request text NOT NULL DEFAULT '',
    times integer NOT NULL DEFAULT 1 CHECK (times > 0)
);
CREATE INDEX security_events_at ON security_events (at);
CREATE INDEX security_events_user ON security_events (user_id, number DESC);

CREATE FUNCTION refuse_change_within_a_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% keeps what was written for a year: % is refused', TG_TABLE_NAME, TG_OP;
END $$;
CREATE TRIGGER security_events_are_final BEFORE UPDATE OR DELETE ON security_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change_within_a_year();
CREATE TRIGGER security_events_stay BEFORE TRUNCATE ON security_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- the keys that were ever in use, by their ids
CREATE TABLE server_keys (
    id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{8}$'),
    first_used_at timestamptz NOT NULL DEFAULT now()
);
