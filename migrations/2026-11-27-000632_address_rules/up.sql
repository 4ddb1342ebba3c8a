-- From where a company is reached: by its people, and by its tokens. Without a rule, from everywhere.
CREATE TABLE address_rules (
    account_id text NOT NULL REFERENCES accounts,
    whom text NOT NULL CHECK (whom IN ('people', 'tokens')),
    -- as the program writes a range: its first address and the length of what all of it have in common
    network text NOT NULL CHECK (char_length(network) BETWEEN 3 AND 50),
    place integer NOT NULL,
    label text NOT NULL CHECK (char_length(label) <= 64),
    PRIMARY KEY (account_id, whom, network)
);
