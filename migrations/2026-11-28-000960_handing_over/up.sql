-- each time that a contract's link was handed over to a colleague: that link, and the one in its place
CREATE TABLE link_passes (
    contract_id text NOT NULL,
    link integer NOT NULL,
    next integer NOT NULL,
    -- where it was done: no other browser with the old link is told to whom it went
    browser_hash bytea NOT NULL,
    -- the address for which the link was meant; empty when its issuer named none
    meant text NOT NULL,
    -- who handed it over, by the own word, and to whom
    giver text NOT NULL CHECK (char_length(giver) BETWEEN 1 AND 128),
    taker text NOT NULL CHECK (char_length(taker) BETWEEN 1 AND 128),
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    message text NOT NULL DEFAULT '' CHECK (char_length(message) <= 500),
    -- its id in the outbox, for as long as that keeps it
    mail uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (contract_id, link),
    UNIQUE (contract_id, next),
    FOREIGN KEY (contract_id, link) REFERENCES activation_links (contract_id, number) ON DELETE CASCADE,
    FOREIGN KEY (contract_id, next) REFERENCES activation_links (contract_id, number) ON DELETE CASCADE
);
