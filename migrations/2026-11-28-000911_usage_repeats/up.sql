-- that a report was uploaded although another file of the vendor has it: which one, and who chose so when the report was sent
ALTER TABLE usage_uploads ADD COLUMN repeats text REFERENCES usage_files ON DELETE SET NULL, ADD COLUMN repeated_by text REFERENCES users;
CREATE INDEX usage_uploads_repeats ON usage_uploads (repeats);
CREATE INDEX usage_uploads_repeated_by ON usage_uploads (repeated_by);
