-- whose signature a link is for: the only one, or one of two that are given one after the other
ALTER TABLE activation_links ADD COLUMN turn text NOT NULL DEFAULT 'only' CHECK (turn IN ('only', 'first', 'last'));

-- the two people of a partner that sign a contract, in this order, as its issuer named them
CREATE TABLE contract_signers (
    contract_id text PRIMARY KEY REFERENCES contracts ON DELETE CASCADE,
    first text NOT NULL CHECK (char_length(first) <= 128),
    second text NOT NULL CHECK (char_length(second) BETWEEN 1 AND 128),
    second_email text NOT NULL CHECK (char_length(second_email) BETWEEN 3 AND 254)
);

-- the first of them has signed a version of the contract: the second one's signature names the hash of this evidence
CREATE TABLE first_signatures (
    contract_id text NOT NULL REFERENCES contracts ON DELETE CASCADE,
    version integer NOT NULL,
    signer text NOT NULL,
    email text NOT NULL,
    at timestamptz NOT NULL,
    evidence text NOT NULL,
    hash text NOT NULL,
    key text NOT NULL,
    mark text NOT NULL,
    PRIMARY KEY (contract_id, version)
);

-- a link that the first of two signers had is given on by the signature
ALTER TABLE link_passes ADD COLUMN signed boolean NOT NULL DEFAULT false;
