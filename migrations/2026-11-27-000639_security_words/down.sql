ALTER TABLE security_events DISABLE TRIGGER security_events_are_final;
DELETE FROM security_events WHERE name IN ('request.barred', 'session.came');
ALTER TABLE security_events ENABLE TRIGGER security_events_are_final;
ALTER TABLE security_events
    DROP CONSTRAINT security_events_name_check,
    ADD CONSTRAINT security_events_name_check CHECK (name IN (
        'session.began', 'session.ended', 'session.revoked', 'password.wrong', 'password.changed', 'password.reset_asked',
        'password.reset_used', 'session.halfway', 'factor.wrong', 'factor.added', 'factor.removed', 'factor.reset_asked',
        'recovery_codes.made', 'recovery_codes.used', 'policy.changed', 'request.refused', 'request.untrusted', 'request.throttled',
        'token.refused', 'rights.rose', 'key.rotated'));
