-- Whose activity an event is in that nobody of a company did: somebody who joined by a link, or the operator.
ALTER TABLE events ADD COLUMN concerns_id text REFERENCES accounts;
-- From where something was done is found by the company whose people did it.
ALTER TABLE events ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (
    folded(actor_name || ' ' || object || ' ' || note || ' ' || CASE WHEN account_id IS NULL THEN '' ELSE address END)) STORED;
CREATE INDEX events_concerns_id ON events (concerns_id) WHERE concerns_id IS NOT NULL;
-- A company's activity, the newest first; what happened within one moment in its order. And the same of each kind of object.
CREATE INDEX events_activity ON events
    (coalesce(account_id, concerns_id), at DESC, ('E' || lpad(number::text, 19, '0')) DESC);
CREATE INDEX events_activity_of ON events
    (coalesce(account_id, concerns_id), split_part(name, '.', 1), at DESC, ('E' || lpad(number::text, 19, '0')) DESC);
CREATE INDEX events_search ON events USING gin (search gin_trgm_ops);
-- what a search found is picked out by its id
CREATE UNIQUE INDEX events_activity_id ON events (('E' || lpad(number::text, 19, '0')));

-- The company for which somebody acted, or wanted to; none outside of a portal. And the name of who it was, as it was then.
ALTER TABLE security_events
    ADD COLUMN account_id text REFERENCES accounts,
    ADD COLUMN actor_name text NOT NULL DEFAULT '';
ALTER TABLE security_events ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (
    folded(actor_name || ' ' || about || ' ' || address)) STORED;
CREATE INDEX security_events_activity ON security_events
    (account_id, at DESC, ('S' || lpad(number::text, 19, '0')) DESC) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX security_events_activity_id ON security_events (('S' || lpad(number::text, 19, '0')));
