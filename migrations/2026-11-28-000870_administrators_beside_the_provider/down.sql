CREATE OR REPLACE FUNCTION keep_an_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP FUNCTION sure_administrators(text);
