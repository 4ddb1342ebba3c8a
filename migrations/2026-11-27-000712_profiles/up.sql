-- A person's job title and picture.
ALTER TABLE users
    ADD COLUMN job_title text NOT NULL DEFAULT '' CHECK (char_length(job_title) <= 64),
    -- the hash of the picture, which tells browsers when it changes
    ADD COLUMN picture text CHECK (picture ~ '^[0-9a-f]{64}$');

-- Kept apart from other images: only colleagues may see it, and it is deleted with the person.
CREATE TABLE person_pictures (
    user_id text PRIMARY KEY REFERENCES users,
    media_type text NOT NULL,
    bytes bytea NOT NULL
);
-- images are already compressed
ALTER TABLE person_pictures ALTER COLUMN bytes SET STORAGE EXTERNAL;
