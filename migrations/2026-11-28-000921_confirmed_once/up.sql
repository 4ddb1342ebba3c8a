-- Since when somebody confirms the app that is being set up: what is made meanwhile takes long, and is made once.
ALTER TABLE authenticator_setups ADD COLUMN confirming_at timestamptz;
