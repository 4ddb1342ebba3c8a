-- the same rule; a function in plain SQL is planned anew by every statement that calls it, which took half a millisecond
CREATE OR REPLACE FUNCTION only_tries(account text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN NOT (SELECT founding FROM accounts WHERE id = only_tries.account)
        AND coalesce((SELECT bool_and(kind = 'test') FROM contracts
            WHERE signee_id = only_tries.account AND status = 'active' AND (expire_at IS NULL OR expire_at > now())
            AND (allows_program OR allows_service)), false);
END $$;
