-- The administrators of a company who can sign in whatever happens to its identity provider: those with a password, and while single
-- sign-on is required, those of them who may still use it.
CREATE FUNCTION sure_administrators(company text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT u.id FROM groups g JOIN group_members m ON m.group_id = g.id JOIN users u ON u.id = m.user_id
    WHERE g.account_id = company AND g.administrators AND u.password_hash IS NOT NULL
    AND (NOT EXISTS (SELECT FROM sso_providers p WHERE p.account_id = company AND p.enforced_at IS NOT NULL)
         OR EXISTS (SELECT FROM sso_exceptions e WHERE e.account_id = company AND e.user_id = u.id))
$$;

CREATE OR REPLACE FUNCTION keep_an_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM groups WHERE id = OLD.group_id AND administrators) THEN
        RETURN NULL;
    END IF;
    PERFORM FROM accounts WHERE id = OLD.account_id FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM sure_administrators(OLD.account_id)) THEN
        RAISE EXCEPTION 'the company % would have no administrator', OLD.account_id
            USING ERRCODE = 'check_violation', TABLE = 'group_members', CONSTRAINT = 'group_members_keep_administrator';
    END IF;
    RETURN NULL;
END $$;
