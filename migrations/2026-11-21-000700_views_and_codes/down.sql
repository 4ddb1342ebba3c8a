-- events are never changed, so acts of persons keep their kind
ALTER TABLE events DROP CONSTRAINT events_actor_kind_check;
ALTER TABLE events ADD CONSTRAINT events_actor_kind_check
    CHECK (actor_kind IN ('member', 'invitee', 'system')) NOT VALID;
ALTER TABLE activation_attempts DROP COLUMN email_proved_at, DROP COLUMN code_tries, DROP COLUMN code_at;
DROP TABLE grid_choices;
ALTER TABLE saved_views DROP COLUMN shared;
