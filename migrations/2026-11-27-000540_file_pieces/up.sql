-- a file that comes in as a stream; what no act keeps is cleared away
CREATE TABLE file_uploads (
    id uuid PRIMARY KEY,
    size bigint NOT NULL CHECK (size >= 0),
    sha256 text NOT NULL,
    begun_at timestamptz NOT NULL,
    kept boolean NOT NULL DEFAULT false
);
CREATE INDEX file_uploads_not_kept ON file_uploads (begun_at) WHERE NOT kept;

-- its pieces, from 0
CREATE TABLE file_pieces (
    upload uuid NOT NULL REFERENCES file_uploads ON DELETE CASCADE,
    number integer NOT NULL CHECK (number >= 0),
    bytes bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 1048576),
    PRIMARY KEY (upload, number)
);
-- workbooks are packed already
ALTER TABLE file_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- reports of usage are kept so, those that are there as well
ALTER TABLE usage_uploads ADD COLUMN upload uuid;
UPDATE usage_uploads SET upload = gen_random_uuid();
INSERT INTO file_uploads (id, size, sha256, begun_at, kept)
    SELECT upload, octet_length(bytes), sha256, sent_at, true FROM usage_uploads;
INSERT INTO file_pieces (upload, number, bytes)
    SELECT upload, n, substring(bytes FROM n * 262144 + 1 FOR 262144) FROM usage_uploads
    CROSS JOIN LATERAL generate_series(0, (octet_length(bytes) - 1) / 262144) n WHERE octet_length(bytes) > 0;
ALTER TABLE usage_uploads ALTER COLUMN upload SET NOT NULL, ADD UNIQUE (upload),
    ADD FOREIGN KEY (upload) REFERENCES file_uploads, DROP COLUMN bytes, DROP COLUMN sha256;

-- a file goes with the row that kept it
CREATE FUNCTION forget_upload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM file_uploads WHERE id = OLD.upload;
    RETURN NULL;
END $$;
CREATE TRIGGER usage_uploads_forget AFTER DELETE ON usage_uploads FOR EACH ROW EXECUTE FUNCTION forget_upload();
