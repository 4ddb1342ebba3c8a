-- Programs that serve, and by which of the server's keys they go, the current one first: whoever changes the key waits for all of them.
CREATE TABLE serving_programs (
    id uuid PRIMARY KEY,
    keys text[] NOT NULL CHECK (cardinality(keys) > 0),
    seen_at timestamptz NOT NULL
);
