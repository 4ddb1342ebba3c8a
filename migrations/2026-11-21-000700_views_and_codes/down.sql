ALTER TABLE activation_attempts DROP COLUMN email_proved_at, DROP COLUMN code_tries, DROP COLUMN code_at;
DROP TABLE grid_choices;
ALTER TABLE saved_views DROP COLUMN shared;
