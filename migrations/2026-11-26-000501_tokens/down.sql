ALTER TABLE events DROP CONSTRAINT events_actor_kind_check;
ALTER TABLE events ADD CONSTRAINT events_actor_kind_check
    CHECK (actor_kind IN ('member', 'person', 'invitee', 'system'));
DROP TABLE api_tokens;
-- one that has acted stands in what it did, and then there is no way back
DELETE FROM users WHERE kind = 'service';
ALTER TABLE users
    DROP CONSTRAINT users_service_password,
    DROP CONSTRAINT users_service_email,
    DROP CONSTRAINT users_service_id,
    DROP CONSTRAINT users_id_check,
    DROP COLUMN kind,
    ALTER COLUMN email SET NOT NULL,
    ALTER COLUMN email_key SET NOT NULL,
    ADD CONSTRAINT users_id_check CHECK (id ~ '^UR-[0-9]{3}-[0-9]{3}-[0-9]{3}$');
