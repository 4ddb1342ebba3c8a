ALTER TABLE activation_attempts DROP COLUMN shown;
DROP TRIGGER agreement_versions_keep_their_document ON agreement_versions;
DROP FUNCTION refuse_change_of_document();
DROP TRIGGER agreement_versions_are_numbered_once ON agreement_versions;
DROP FUNCTION use_version_number_once();
ALTER TABLE agreement_versions DROP COLUMN id;
ALTER TABLE agreements DROP COLUMN last_version;
