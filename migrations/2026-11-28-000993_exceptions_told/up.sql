-- Up to which row of the trail of security administrators were told of those who came in without the provider.
ALTER TABLE sso_providers ADD COLUMN alarmed bigint NOT NULL DEFAULT 0;
CREATE INDEX security_events_excepted ON security_events (account_id, number) WHERE name = 'session.came' AND about = 'excepted';
