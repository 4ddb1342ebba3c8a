CREATE TABLE wizards (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    account_id text NOT NULL REFERENCES accounts,
    user_id text NOT NULL REFERENCES users,
    answers jsonb NOT NULL DEFAULT '{}',
    -- the id of what the wizard made: a second submit leads there
    finished_as text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX wizards_unfinished ON wizards (account_id, user_id, kind, updated_at) WHERE finished_as IS NULL;
CREATE INDEX wizards_account ON wizards (account_id);
CREATE INDEX wizards_user ON wizards (user_id);

CREATE TABLE saved_views (
    id uuid PRIMARY KEY,
    grid text NOT NULL,
    account_id text NOT NULL REFERENCES accounts,
    user_id text NOT NULL REFERENCES users,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 40),
    query text NOT NULL CHECK (char_length(query) <= 2000),
    created_at timestamptz NOT NULL,
    UNIQUE (account_id, user_id, grid, name)
);
CREATE INDEX saved_views_user ON saved_views (user_id);
