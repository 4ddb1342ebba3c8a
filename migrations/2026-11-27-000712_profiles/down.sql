DROP TABLE person_pictures;
ALTER TABLE users DROP COLUMN picture, DROP COLUMN job_title;
