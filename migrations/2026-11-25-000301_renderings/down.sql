DROP TABLE renderings;
-- the older program shows a document without its page as a link to the file
ALTER TABLE blobs ADD COLUMN rendered text;
UPDATE blobs b SET media_type = 'text/markdown'
FROM agreement_versions v WHERE v.sha256 = b.sha256 AND v.format = 'markdown';
DROP TRIGGER agreement_versions_keep_their_format ON agreement_versions;
ALTER TABLE agreement_versions DROP COLUMN format;
