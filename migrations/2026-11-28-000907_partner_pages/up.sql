-- a partner whose contracts have all ended keeps its row, with none that is active: so it is found with its history
ALTER TABLE partners
    DROP CONSTRAINT partners_contracts_check,
    DROP COLUMN environment,
    ADD CONSTRAINT partners_contracts_check CHECK (contracts >= 0),
    -- of one that has ended: its last contract was a test
    ADD COLUMN tried boolean NOT NULL DEFAULT false;
ALTER TABLE partners
    ADD COLUMN environment text NOT NULL GENERATED ALWAYS AS (
        CASE WHEN contracts > 0 AND tests = contracts OR contracts = 0 AND tried THEN 'test' ELSE 'production' END) STORED
        CONSTRAINT partners_environment_check CHECK (environment IN ('production', 'test'));
DROP INDEX partners_since;
CREATE INDEX partners_since ON partners (issuer_id, since DESC, partner_id DESC) WHERE contracts > 0;
CREATE INDEX partners_environment ON partners (issuer_id, environment, since DESC, partner_id DESC) WHERE contracts > 0;
CREATE INDEX partners_ended ON partners (issuer_id, since DESC, partner_id DESC) WHERE contracts = 0;
CREATE INDEX partners_ended_environment ON partners (issuer_id, environment, since DESC, partner_id DESC) WHERE contracts = 0;

INSERT INTO partners (issuer_id, partner_id, contracts, since, tried)
SELECT c.issuer_id, c.signee_id, 0, max(c.ended_at), (array_agg(c.kind ORDER BY c.ended_at DESC))[1] = 'test'
FROM contracts c WHERE c.status = 'terminated' GROUP BY 1, 2
ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION keep_partners() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'active' THEN
        INSERT INTO partners AS p (issuer_id, partner_id, contracts, tests, since)
        VALUES (NEW.issuer_id, NEW.signee_id, 1, (NEW.kind = 'test')::integer, NEW.activated_at)
        ON CONFLICT (issuer_id, partner_id) DO UPDATE
        SET contracts = p.contracts + 1, tests = p.tests + excluded.tests, tried = false,
            since = CASE p.contracts WHEN 0 THEN excluded.since ELSE least(p.since, excluded.since) END;
    ELSE
        UPDATE partners p SET contracts = p.contracts - 1, tests = p.tests - (OLD.kind = 'test')::integer,
            tried = p.contracts = 1 AND OLD.kind = 'test',
            since = coalesce((
                SELECT min(c.activated_at) FROM contracts c
                WHERE c.issuer_id = OLD.issuer_id AND c.signee_id = OLD.signee_id AND c.status = 'active'), NEW.ended_at, now())
        WHERE p.issuer_id = OLD.issuer_id AND p.partner_id = OLD.signee_id;
    END IF;
    RETURN NULL;
END $$;

-- notes of a company on a partner, which nobody else sees
CREATE TABLE partner_notes (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts,
    partner_id text NOT NULL REFERENCES accounts,
    author_id text NOT NULL REFERENCES users,
    text text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 2000),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1
);
CREATE INDEX partner_notes_of ON partner_notes (account_id, partner_id, number DESC);
CREATE INDEX partner_notes_partner ON partner_notes (partner_id);
CREATE INDEX partner_notes_author ON partner_notes (author_id);
