DROP INDEX security_events_activity_id, security_events_activity;
ALTER TABLE security_events DROP COLUMN search;
ALTER TABLE security_events DROP COLUMN actor_name, DROP COLUMN account_id;
DROP INDEX events_activity_id, events_search, events_activity_of, events_activity, events_concerns_id;
ALTER TABLE events DROP COLUMN search;
ALTER TABLE events DROP COLUMN concerns_id;
