-- An authenticator app of a person, whose codes are asked for after the password. One for each person.
CREATE TABLE authenticators (
    user_id text PRIMARY KEY REFERENCES users,
    -- sealed by the vault for the person
    secret text NOT NULL,
    -- the number of the half minute whose code was taken last: no code works twice
    last_step bigint NOT NULL CHECK (last_step >= 0),
    created_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL
);

-- One that is being set up, in one session of its person: it counts once a code of it was typed.
CREATE TABLE authenticator_setups (
    user_id text PRIMARY KEY REFERENCES users,
    session uuid NOT NULL,
    secret text NOT NULL,
    created_at timestamptz NOT NULL
);

-- A set of recovery codes, and the key, sealed by the vault, that its codes are marked with.
CREATE TABLE recovery_sets (
    user_id text PRIMARY KEY REFERENCES users,
    key text NOT NULL,
    created_at timestamptz NOT NULL
);

-- Each code as its mark: nobody can read one here.
CREATE TABLE recovery_codes (
    user_id text NOT NULL REFERENCES recovery_sets ON DELETE CASCADE,
    mark text NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (user_id, mark)
);

-- Who has said the password, and not yet the second factor.
CREATE TABLE half_sign_ins (
    key_hash bytea PRIMARY KEY,
    user_id text NOT NULL REFERENCES users,
    -- scheme and host where the password was said: the code is taken nowhere else
    base text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX half_sign_ins_user_id ON half_sign_ins (user_id);

-- What a session was begun with besides the password.
ALTER TABLE sessions ADD COLUMN factor text NOT NULL DEFAULT 'none' CHECK (factor IN ('none', 'authenticator', 'recovery_code'));

-- That administrators of one of the person's companies ask for the person's second factor to be removed. It is once all of them have asked,
-- and a day after the last.
CREATE TABLE factor_resets (
    user_id text NOT NULL,
    account_id text NOT NULL REFERENCES accounts,
    asker_id text NOT NULL REFERENCES users,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, account_id),
    FOREIGN KEY (account_id, user_id) REFERENCES memberships (account_id, user_id) ON DELETE CASCADE
);
CREATE INDEX factor_resets_account_id ON factor_resets (account_id, user_id);
CREATE INDEX factor_resets_asker_id ON factor_resets (asker_id);
