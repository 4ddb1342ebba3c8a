DROP TABLE partner_notes;
DELETE FROM partners WHERE contracts = 0;
DROP INDEX partners_ended, partners_since;
ALTER TABLE partners
    DROP COLUMN environment,
    DROP COLUMN tried,
    DROP CONSTRAINT partners_contracts_check,
    ADD CONSTRAINT partners_contracts_check CHECK (contracts > 0);
ALTER TABLE partners
    ADD COLUMN environment text NOT NULL GENERATED ALWAYS AS (CASE WHEN tests = contracts THEN 'test' ELSE 'production' END) STORED
        CONSTRAINT partners_environment_check CHECK (environment IN ('production', 'test'));
CREATE INDEX partners_since ON partners (issuer_id, since DESC, partner_id DESC);
CREATE INDEX partners_environment ON partners (issuer_id, environment, since DESC, partner_id DESC);

CREATE OR REPLACE FUNCTION keep_partners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'active' THEN
        INSERT INTO partners AS p (issuer_id, partner_id, contracts, tests, since)
        VALUES (NEW.issuer_id, NEW.signee_id, 1, (NEW.kind = 'test')::integer, NEW.activated_at)
        ON CONFLICT (issuer_id, partner_id) DO UPDATE
        SET contracts = p.contracts + 1, tests = p.tests + excluded.tests, since = least(p.since, excluded.since);
    ELSE
        UPDATE partners SET contracts = contracts - 1, tests = tests - (OLD.kind = 'test')::integer, since = (
            SELECT min(c.activated_at) FROM contracts c
            WHERE c.issuer_id = OLD.issuer_id AND c.signee_id = OLD.signee_id AND c.status = 'active')
        WHERE issuer_id = OLD.issuer_id AND partner_id = OLD.signee_id AND contracts > 1;
        IF NOT FOUND THEN
            DELETE FROM partners WHERE issuer_id = OLD.issuer_id AND partner_id = OLD.signee_id;
        END IF;
    END IF;
    RETURN NULL;
END $$;
