-- How a file is read belongs to the version that bears it, not to its bytes: the same bytes may be Markdown here and plain text there.
ALTER TABLE agreement_versions ADD COLUMN format text CHECK (format IN ('pdf', 'markdown', 'plain'));
UPDATE agreement_versions v SET format = CASE
    WHEN b.media_type = 'application/pdf' THEN 'pdf'
    WHEN v.file_name ~* '\.(md|markdown)$' THEN 'markdown'
    ELSE 'plain' END
FROM blobs b WHERE b.sha256 = v.sha256;
ALTER TABLE agreement_versions ADD CHECK ((sha256 IS NULL) = (format IS NULL));
CREATE TRIGGER agreement_versions_keep_their_format BEFORE UPDATE OF format ON agreement_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_document();

-- bytes know only whether they are text
UPDATE blobs SET media_type = 'text/plain' WHERE media_type = 'text/markdown';

-- What was laid out by the old rule hid words. The new text of a document is laid out when it is next looked at.
ALTER TABLE blobs DROP COLUMN rendered;

-- One row for each document, way of reading and number of the renderer; older ones stay, since they are what people read when they signed.
CREATE TABLE renderings (
    sha256 text NOT NULL REFERENCES blobs ON DELETE CASCADE,
    format text NOT NULL CHECK (format IN ('markdown', 'plain')),
    renderer integer NOT NULL CHECK (renderer > 0),
    html text NOT NULL,
    -- over all columns above, under the server's key: a page that this program did not make is made anew
    mark text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sha256, format, renderer)
);
