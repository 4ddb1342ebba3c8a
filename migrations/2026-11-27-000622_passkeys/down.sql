DELETE FROM sessions WHERE factor = 'passkey';
ALTER TABLE sessions
    DROP COLUMN passkey,
    DROP CONSTRAINT sessions_factor_check,
    ADD CONSTRAINT sessions_factor_check CHECK (factor IN ('none', 'authenticator', 'recovery_code'));
DROP TABLE passkey_ceremonies;
DROP TABLE passkeys;
ALTER TABLE users DROP COLUMN passkey_handle;
