-- for whom a contract is meant, as its issuer says, until somebody signs it
ALTER TABLE contracts DROP COLUMN note_search;
ALTER TABLE contracts
    ADD COLUMN recipient_company text COLLATE people NOT NULL DEFAULT '' CHECK (char_length(recipient_company) <= 64),
    ADD COLUMN recipient_email text NOT NULL DEFAULT '' CHECK (char_length(recipient_email) <= 254),
    -- when its link was last sent by email
    ADD COLUMN emailed_at timestamptz;
-- how an invitation is found in the Directory, where a partner would stand
ALTER TABLE contracts ADD COLUMN note_search text NOT NULL
    GENERATED ALWAYS AS (folded(recipient_company || ' ' || recipient_email || ' ' || note || ' ' || id)) STORED;
