ALTER TABLE security_events DISABLE TRIGGER security_events_are_final;
DELETE FROM security_events WHERE name IN ('sso.signed_in', 'sso.refused');
ALTER TABLE security_events ENABLE TRIGGER security_events_are_final;
ALTER TABLE security_events
    DROP CONSTRAINT security_events_name_check,
    ADD CONSTRAINT security_events_name_check CHECK (name IN (
        'session.began', 'session.came', 'session.ended', 'session.revoked', 'password.wrong', 'password.changed', 'password.reset_asked',
        'password.reset_used', 'session.halfway', 'factor.wrong', 'factor.added', 'factor.removed', 'passkey.copied', 'factor.reset_asked',
        'recovery_codes.made', 'recovery_codes.used', 'policy.changed', 'request.refused', 'request.barred', 'request.untrusted',
        'request.throttled', 'token.refused', 'rights.rose', 'key.rotated'));
-- who came in through a provider alone has nothing else that opens the session
DELETE FROM sessions WHERE NOT own OR factor = 'provider';
ALTER TABLE sessions
    DROP COLUMN own,
    DROP CONSTRAINT sessions_factor_check,
    ADD CONSTRAINT sessions_factor_check CHECK (factor IN ('none', 'authenticator', 'recovery_code', 'passkey'));
DROP TABLE sso_proofs, sso_attempts, sso_subjects, sso_exceptions, sso_domains, sso_given, sso_claims, sso_groups, sso_providers;
