-- How a distributor's portal looks, and those of its partners; pictures are addresses of blobs that this program made.
CREATE TABLE brands (
    account_id text PRIMARY KEY REFERENCES accounts,
    portal_name text COLLATE people NOT NULL DEFAULT '' CHECK (char_length(portal_name) <= 40),
    -- as it was chosen; tones that can be read are made of it
    colour text NOT NULL DEFAULT '' CHECK (colour ~ '^(#[0-9a-f]{6})?$'),
    logo text REFERENCES blobs,
    logo_dark text REFERENCES blobs,
    -- the logo on a plate of its own, as mails carry it
    logo_mail text REFERENCES blobs,
    -- something shines through the logo, so that a dark page needs a plate behind it
    clear boolean NOT NULL DEFAULT false,
    icon text REFERENCES blobs,
    icon_large text REFERENCES blobs,
    footer text NOT NULL DEFAULT '' CHECK (char_length(footer) <= 200),
    privacy_url text NOT NULL DEFAULT '' CHECK (char_length(privacy_url) <= 512),
    terms_url text NOT NULL DEFAULT '' CHECK (char_length(terms_url) <= 512),
    -- where whoever has no account yet is led
    sign_up_url text NOT NULL DEFAULT '' CHECK (char_length(sign_up_url) <= 512),
    sender_name text COLLATE people NOT NULL DEFAULT '' CHECK (char_length(sender_name) <= 64),
    mail_footer text NOT NULL DEFAULT '' CHECK (char_length(mail_footer) <= 500),
    revision integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL
);

-- Whose brand a partner's portal has: that of the distributor at the root of the contract which made the company. None has its own.
ALTER TABLE accounts ADD COLUMN branded_by text REFERENCES accounts CHECK (branded_by <> id);
CREATE INDEX accounts_branded_by ON accounts (branded_by);

WITH RECURSIVE made AS (
    SELECT DISTINCT ON (c.signee_id) c.signee_id AS account, c.issuer_id AS by
    FROM contracts c JOIN accounts a ON a.id = c.signee_id
    WHERE a.role <> 'distributor' AND NOT a.founding AND c.type IN ('program', 'service') AND c.activated_at IS NOT NULL
    ORDER BY c.signee_id, c.activated_at, c.id
), roots AS (
    SELECT account, by, 1 AS depth FROM made
    UNION ALL
    SELECT r.account, m.by, r.depth + 1 FROM roots r JOIN made m ON m.account = r.by WHERE r.depth < 20
)
UPDATE accounts a SET branded_by = r.by
FROM (SELECT DISTINCT ON (account) account, by FROM roots ORDER BY account, depth DESC) r
WHERE r.account = a.id AND r.by <> a.id;

-- The first contract of a partner decides, however it came about.
CREATE FUNCTION brand_the_signee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts a SET branded_by = coalesce(i.branded_by, i.id) FROM accounts i
    WHERE i.id = NEW.issuer_id AND a.id = NEW.signee_id AND a.branded_by IS NULL AND a.role <> 'distributor' AND NOT a.founding
      AND coalesce(i.branded_by, i.id) <> a.id;
    RETURN NULL;
END $$;
CREATE TRIGGER contracts_brand_signee AFTER INSERT OR UPDATE OF signee_id, activated_at ON contracts
    FOR EACH ROW WHEN (NEW.signee_id IS NOT NULL AND NEW.activated_at IS NOT NULL AND NEW.type IN ('program', 'service'))
    EXECUTE FUNCTION brand_the_signee();
