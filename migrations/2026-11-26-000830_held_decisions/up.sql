-- decisions that can still be taken back: each is carried out when its time is over, in the person's name, and its row goes with it
CREATE TABLE held_decisions (
    -- of whichever queue; one decision at a time
    request text PRIMARY KEY,
    queue text NOT NULL,
    action text NOT NULL,
    -- what was decided, as the queue writes it; secrets in it are sealed
    decision jsonb NOT NULL,
    user_id text NOT NULL REFERENCES users,
    account_id text NOT NULL REFERENCES accounts,
    decided_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    -- why it could not be carried out; from then on the request waits again
    refused text
);
CREATE INDEX held_decisions_queue ON held_decisions (queue, due_at) WHERE refused IS NULL;
CREATE INDEX held_decisions_user_id ON held_decisions (user_id);
CREATE INDEX held_decisions_account_id ON held_decisions (account_id);
