-- Whether a company's people sign in with a second factor.
ALTER TABLE accounts ADD COLUMN second_factor text NOT NULL DEFAULT 'optional'
    CHECK (second_factor IN ('optional', 'suggested', 'required'));
