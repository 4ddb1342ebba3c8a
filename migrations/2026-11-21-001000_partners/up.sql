-- who a company's partners are, kept by the contracts themselves: counting them for each page of the Directory took
-- most of a second where there are 300,000
CREATE TABLE partners (
    issuer_id text NOT NULL REFERENCES accounts,
    partner_id text NOT NULL REFERENCES accounts,
    -- active ones
    contracts integer NOT NULL CHECK (contracts > 0),
    since timestamptz NOT NULL,
    PRIMARY KEY (issuer_id, partner_id)
);
CREATE INDEX partners_since ON partners (issuer_id, since DESC, partner_id DESC);
CREATE INDEX partners_partner ON partners (partner_id);

INSERT INTO partners (issuer_id, partner_id, contracts, since)
SELECT issuer_id, signee_id, count(*), min(activated_at) FROM contracts WHERE status = 'active' GROUP BY 1, 2;

CREATE FUNCTION keep_partners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'active' THEN
        INSERT INTO partners AS p (issuer_id, partner_id, contracts, since)
        VALUES (NEW.issuer_id, NEW.signee_id, 1, NEW.activated_at)
        ON CONFLICT (issuer_id, partner_id)
        DO UPDATE SET contracts = p.contracts + 1, since = least(p.since, excluded.since);
    ELSE
        UPDATE partners SET contracts = contracts - 1, since = (
            SELECT min(c.activated_at) FROM contracts c
            WHERE c.issuer_id = OLD.issuer_id AND c.signee_id = OLD.signee_id AND c.status = 'active')
        WHERE issuer_id = OLD.issuer_id AND partner_id = OLD.signee_id AND contracts > 1;
        IF NOT FOUND THEN
            DELETE FROM partners WHERE issuer_id = OLD.issuer_id AND partner_id = OLD.signee_id;
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER contracts_make_partners AFTER INSERT ON contracts
    FOR EACH ROW WHEN (NEW.status = 'active') EXECUTE FUNCTION keep_partners();
CREATE TRIGGER contracts_change_partners AFTER UPDATE OF status ON contracts
    FOR EACH ROW WHEN ((OLD.status = 'active') <> (NEW.status = 'active')) EXECUTE FUNCTION keep_partners();
-- finds the rest of a pair's contracts when one of them ends
CREATE INDEX contracts_pair ON contracts (issuer_id, signee_id) WHERE status = 'active';
