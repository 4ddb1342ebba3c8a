DROP TABLE outbox;
DROP TABLE events;
DROP FUNCTION refuse_change;
