-- what a marketplace's owner has decided beforehand about reports of a product; none is by hand. Limits and the reason stay while another
-- mode is chosen
CREATE TABLE usage_rules (
    owner_id text NOT NULL REFERENCES accounts,
    product_id text NOT NULL REFERENCES products,
    mode text NOT NULL CHECK (mode IN ('manual', 'accept', 'reject')),
    -- of the rise per day over the period before
    most_percent numeric(5, 1) CHECK (most_percent >= 0),
    -- nothing is missing that was reported in the period before
    complete boolean NOT NULL DEFAULT false,
    -- nothing is reported of subscriptions that are not active
    active_only boolean NOT NULL DEFAULT false,
    -- of the whole period, in the currency of the file
    most_sum numeric(24, 8) CHECK (most_sum >= 0),
    -- why files are rejected; the vendor reads it
    reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 200),
    revision integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, product_id),
    CONSTRAINT usage_rules_accept_within CHECK (mode <> 'accept' OR most_percent IS NOT NULL),
    CONSTRAINT usage_rules_reject_why CHECK (mode <> 'reject' OR reason <> '')
);
CREATE INDEX usage_rules_product ON usage_rules (product_id);

-- what was found in each file that was submitted, and what a rule came to; a job fills it in. Everything stands here as it was then
CREATE TABLE usage_rulings (
    file_id text NOT NULL REFERENCES usage_files ON DELETE CASCADE,
    -- of which upload
    round integer NOT NULL,
    asked_at timestamptz NOT NULL,
    -- there was a rule when it was submitted: the owner hears of the file once that has left it to people
    untold boolean NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- one program at a time works on it
    leased_until timestamptz,
    -- none while it waits
    ruled_at timestamptz,
    facts jsonb,
    -- nothing where no rule decided
    rule jsonb,
    outcome text CHECK (outcome IN ('accepted', 'rejected', 'left')),
    -- which limits were not met
    failed jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (file_id, round),
    CONSTRAINT usage_rulings_whole CHECK ((outcome IS NULL) = (rule IS NULL) AND (outcome IS NULL OR ruled_at IS NOT NULL))
);
CREATE INDEX usage_rulings_waiting ON usage_rulings (asked_at, file_id) WHERE ruled_at IS NULL;

-- what was found and decided stays as it was
CREATE TRIGGER usage_rulings_once_ruled BEFORE UPDATE ON usage_rulings
    FOR EACH ROW WHEN (OLD.ruled_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- files from before are looked at, so that the first rules can be tried on them; none decides about them
INSERT INTO usage_rulings (file_id, round, asked_at, untold)
SELECT id, round, submitted_at, false FROM usage_files WHERE submitted_at IS NOT NULL AND status IN ('pending', 'rejected', 'accepted', 'closed');
