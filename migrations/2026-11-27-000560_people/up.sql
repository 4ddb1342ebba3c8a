-- when a person was last at work for the company; the columns beside it are what Home goes by
ALTER TABLE memberships ADD COLUMN last_seen_at timestamptz;
UPDATE memberships SET last_seen_at = seen_at;

ALTER TABLE groups
    ADD COLUMN description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 512),
    ADD COLUMN revision integer NOT NULL DEFAULT 1,
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (folded(name || ' ' || id)) STORED;

CREATE TABLE invitations (
    id text PRIMARY KEY CHECK (id ~ '^UI-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    account_id text NOT NULL REFERENCES accounts,
    -- as it was typed, and by what it is recognised
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    email_key text NOT NULL,
    -- that its date has passed is told by the date
    status text NOT NULL CHECK (status IN ('invited', 'expired', 'joined')),
    -- the link's code is derived from these and the server's key; each mail has a number, and only the newest one's link works
    nonce bytea NOT NULL,
    number integer NOT NULL DEFAULT 1 CHECK (number > 0),
    inviter_id text NOT NULL REFERENCES users,
    -- who accepted it
    user_id text REFERENCES users,
    created_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    search text NOT NULL GENERATED ALWAYS AS (folded(email || ' ' || id)) STORED,
    UNIQUE (id, account_id),
    CHECK ((status = 'joined') = (user_id IS NOT NULL))
);
CREATE UNIQUE INDEX invitations_email ON invitations (account_id, email_key) WHERE status <> 'joined';
CREATE INDEX invitations_account_id ON invitations (account_id, created_at DESC, id DESC);
CREATE INDEX invitations_inviter_id ON invitations (inviter_id);
CREATE INDEX invitations_user_id ON invitations (user_id, account_id);

CREATE TABLE invitation_groups (
    invitation_id text NOT NULL,
    group_id text NOT NULL,
    account_id text NOT NULL,
    PRIMARY KEY (invitation_id, group_id),
    FOREIGN KEY (invitation_id, account_id) REFERENCES invitations (id, account_id) ON DELETE CASCADE,
    FOREIGN KEY (group_id, account_id) REFERENCES groups (id, account_id) ON DELETE CASCADE
);
CREATE INDEX invitation_groups_group_id ON invitation_groups (group_id, account_id);
CREATE INDEX invitation_groups_account_id ON invitation_groups (account_id);

-- A company keeps an administrator who can sign in, whatever takes one away. Whoever takes one waits here for whoever does the same at
-- that moment, and then counts what is left.
CREATE FUNCTION keep_an_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM groups WHERE id = OLD.group_id AND administrators) THEN
        RETURN NULL;
    END IF;
    PERFORM FROM accounts WHERE id = OLD.account_id FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM groups g JOIN group_members m ON m.group_id = g.id JOIN users u ON u.id = m.user_id
                   WHERE g.account_id = OLD.account_id AND g.administrators AND u.password_hash IS NOT NULL) THEN
        RAISE EXCEPTION 'the company % would have no administrator', OLD.account_id
            USING ERRCODE = 'check_violation', TABLE = 'group_members', CONSTRAINT = 'group_members_keep_administrator';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER group_members_keep_administrator AFTER DELETE OR UPDATE ON group_members
    FOR EACH ROW EXECUTE FUNCTION keep_an_administrator();
