DROP TABLE server_keys;
DROP TABLE security_events;
DROP FUNCTION refuse_change_within_a_year();
