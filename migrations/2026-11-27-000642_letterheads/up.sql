-- how a company's mails begin and end, as plain text
CREATE TABLE letterheads (
    account_id text PRIMARY KEY REFERENCES accounts,
    opening text NOT NULL CHECK (char_length(opening) <= 300),
    closing text NOT NULL CHECK (char_length(closing) <= 500),
    revision integer NOT NULL DEFAULT 1
);
