-- what is written down of security, as the program names it
ALTER TABLE security_events
    DROP CONSTRAINT security_events_name_check,
    ADD CONSTRAINT security_events_name_check CHECK (name IN (
        'session.began', 'session.came', 'session.ended', 'session.revoked', 'password.wrong', 'password.changed', 'password.reset_asked',
        'password.reset_used', 'session.halfway', 'factor.wrong', 'factor.added', 'factor.removed', 'passkey.copied', 'factor.reset_asked',
        'recovery_codes.made', 'recovery_codes.used', 'policy.changed', 'request.refused', 'request.barred', 'request.untrusted',
        'request.throttled', 'token.refused', 'rights.rose', 'key.rotated'));
