-- Running programs and the server's keys that they use, the current one first. A change of the key waits for all of them.
CREATE TABLE serving_programs (
    id uuid PRIMARY KEY,
    keys text[] NOT NULL CHECK (cardinality(keys) > 0),
    seen_at timestamptz NOT NULL
);
