ALTER TABLE saved_views ADD COLUMN shared boolean NOT NULL DEFAULT false;

-- what one person prefers in one grid: its columns in their order, and the view to begin with
CREATE TABLE grid_choices (
    account_id text NOT NULL REFERENCES accounts,
    user_id text NOT NULL REFERENCES users,
    grid text NOT NULL,
    shown text[] NOT NULL DEFAULT '{}',
    first_view uuid REFERENCES saved_views ON DELETE SET NULL,
    PRIMARY KEY (account_id, user_id, grid)
);
CREATE INDEX grid_choices_user ON grid_choices (user_id);
CREATE INDEX grid_choices_view ON grid_choices (first_view);

ALTER TABLE activation_attempts
    -- when the current code was mailed; the code itself is derived from the server's key
    ADD COLUMN code_at timestamptz,
    ADD COLUMN code_tries integer NOT NULL DEFAULT 0,
    ADD COLUMN email_proved_at timestamptz;

ALTER TABLE events DROP CONSTRAINT events_actor_kind_check;
ALTER TABLE events ADD CONSTRAINT events_actor_kind_check
    CHECK (actor_kind IN ('member', 'person', 'invitee', 'system'));
