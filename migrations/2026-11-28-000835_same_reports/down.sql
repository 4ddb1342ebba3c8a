DROP FUNCTION same_report;
DROP INDEX file_uploads_same;
