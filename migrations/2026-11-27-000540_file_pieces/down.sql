DROP TRIGGER usage_uploads_forget ON usage_uploads;
DROP FUNCTION forget_upload();
ALTER TABLE usage_uploads ADD COLUMN sha256 text, ADD COLUMN bytes bytea;
ALTER TABLE usage_uploads ALTER COLUMN bytes SET STORAGE EXTERNAL;
UPDATE usage_uploads u SET sha256 = f.sha256,
    bytes = coalesce((SELECT string_agg(p.bytes, ''::bytea ORDER BY p.number) FROM file_pieces p WHERE p.upload = f.id), ''::bytea)
    FROM file_uploads f WHERE f.id = u.upload;
ALTER TABLE usage_uploads ALTER COLUMN sha256 SET NOT NULL, ALTER COLUMN bytes SET NOT NULL, DROP COLUMN upload;
DROP TABLE file_pieces;
DROP TABLE file_uploads;
