-- a version's number is used once for ever, also after the version was deleted
ALTER TABLE agreements ADD COLUMN last_version integer NOT NULL DEFAULT 0 CHECK (last_version >= 0);
UPDATE agreements a SET last_version = greatest(
    (SELECT coalesce(max(v.number), 0) FROM agreement_versions v WHERE v.agreement_id = a.id),
    -- the events remember the numbers of versions that are gone
    (SELECT coalesce(max(substring(e.note FROM '^Version ([0-9]{1,9})$')::integer), 0)
     FROM events e WHERE e.object = a.id AND e.name = 'agreement.version_added'));

-- what binds somebody names the row itself: its id is never drawn again
ALTER TABLE agreement_versions ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;

CREATE FUNCTION use_version_number_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE agreements SET last_version = NEW.number WHERE id = NEW.agreement_id AND last_version < NEW.number;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'version % of % was used before', NEW.number, NEW.agreement_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_versions_are_numbered_once BEFORE INSERT ON agreement_versions
    FOR EACH ROW EXECUTE FUNCTION use_version_number_once();

CREATE FUNCTION refuse_change_of_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the document of version % of % is what people sign: it cannot be changed', OLD.number, OLD.agreement_id;
END $$;
CREATE TRIGGER agreement_versions_keep_their_document
    BEFORE UPDATE OF id, agreement_id, number, document_type, link, file_name, sha256 ON agreement_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_document();

-- what the invitee was shown at Review, part by part; answers from before are asked again
ALTER TABLE activation_attempts ADD COLUMN shown text NOT NULL DEFAULT '';
