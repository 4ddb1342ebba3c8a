ALTER TABLE contracts DROP COLUMN note_search;
ALTER TABLE contracts DROP COLUMN recipient_company, DROP COLUMN recipient_email, DROP COLUMN emailed_at;
ALTER TABLE contracts ADD COLUMN note_search text NOT NULL GENERATED ALWAYS AS (folded(note || ' ' || id)) STORED;
