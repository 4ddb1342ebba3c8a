-- by what somebody acted
ALTER TABLE events ADD COLUMN credential text CHECK (credential IN ('session', 'token', 'link', 'job'));
-- what is known of the past: a request came from a session or a link, whatever had none from a job; written anew in one pass, since
-- an event is never updated
ALTER TABLE events ALTER COLUMN credential TYPE text USING (
    CASE
        WHEN actor_kind = 'invitee' THEN 'link'
        WHEN actor_kind = 'person' AND name IN ('user.reminders_stopped', 'user.reminders_wanted') THEN 'link'
        WHEN actor_kind IN ('member', 'person') AND (address <> '' OR request <> '') THEN 'session'
        ELSE 'job'
    END);
ALTER TABLE events ALTER COLUMN credential SET NOT NULL;
