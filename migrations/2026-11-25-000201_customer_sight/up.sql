-- which account of another company a vendor may open: one that a live subscription of its products uses. Kept with the uses, so
-- that the vendor's list is one equality on an index
CREATE TABLE tier_account_sight (
    viewer_id text NOT NULL REFERENCES accounts,
    tier_account_id text NOT NULL REFERENCES tier_accounts,
    -- the account's own, so that the newest come first without a sort
    created_at timestamptz NOT NULL,
    PRIMARY KEY (viewer_id, tier_account_id)
);
CREATE INDEX tier_account_sight_newest ON tier_account_sight (viewer_id, created_at DESC, tier_account_id DESC);
CREATE INDEX tier_account_sight_account ON tier_account_sight (tier_account_id);

INSERT INTO tier_account_sight
SELECT DISTINCT u.vendor_id, t.id, t.created_at FROM tier_account_uses u JOIN tier_accounts t ON t.id = u.tier_account_id
WHERE u.live > 0 AND t.owner_id <> u.vendor_id;

CREATE FUNCTION keep_customer_sight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- opening and closing one sight go one after the other, so that neither overlooks the other
    PERFORM pg_advisory_xact_lock(hashtextextended('sight of ' || NEW.tier_account_id || ' by ' || NEW.vendor_id, 0));
    IF NEW.live > 0 THEN
        INSERT INTO tier_account_sight (viewer_id, tier_account_id, created_at)
            SELECT NEW.vendor_id, t.id, t.created_at FROM tier_accounts t
            WHERE t.id = NEW.tier_account_id AND t.owner_id <> NEW.vendor_id
            ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM tier_account_sight s WHERE s.viewer_id = NEW.vendor_id AND s.tier_account_id = NEW.tier_account_id
            AND NOT EXISTS (SELECT FROM tier_account_uses u WHERE u.vendor_id = NEW.vendor_id
                AND u.tier_account_id = NEW.tier_account_id AND u.live > 0);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tier_account_uses_open_sight AFTER INSERT ON tier_account_uses FOR EACH ROW WHEN (NEW.live > 0)
    EXECUTE FUNCTION keep_customer_sight();
CREATE TRIGGER tier_account_uses_move_sight AFTER UPDATE ON tier_account_uses FOR EACH ROW
    WHEN ((OLD.live > 0) <> (NEW.live > 0)) EXECUTE FUNCTION keep_customer_sight();

-- the version that the vendor had accepted when it decided: what it saw is the difference to that one
ALTER TABLE tier_account_requests
    ADD COLUMN base_version integer,
    ADD FOREIGN KEY (tier_account_id, base_version) REFERENCES tier_account_versions (tier_account_id, number);
CREATE INDEX tier_account_requests_accepted ON tier_account_requests (tier_account_id, product_id, after_version)
    WHERE status = 'accepted';
