-- The companies for which a session was used: what each sees of it, and may end.
CREATE TABLE session_places (
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    account_id text NOT NULL REFERENCES accounts,
    user_id text NOT NULL REFERENCES users,
    came_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    address text NOT NULL,
    -- when the company ended it; whoever says the password after that comes in again
    ended_at timestamptz,
    -- the colleague as whom the portal is looked at, and until when
    viewing_id text REFERENCES users,
    viewing_until timestamptz,
    PRIMARY KEY (session_id, account_id),
    CHECK ((viewing_id IS NULL) = (viewing_until IS NULL))
);
CREATE INDEX session_places_account_id ON session_places (account_id, came_at DESC);
CREATE INDEX session_places_user_id ON session_places (user_id);
CREATE INDEX session_places_viewing_id ON session_places (viewing_id) WHERE viewing_id IS NOT NULL;
