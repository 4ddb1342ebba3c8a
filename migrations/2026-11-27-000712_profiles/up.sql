-- What a person is at work, and what the person looks like.
ALTER TABLE users
    ADD COLUMN job_title text NOT NULL DEFAULT '' CHECK (char_length(job_title) <= 64),
    -- the hash of the picture, by which browsers notice another one
    ADD COLUMN picture text CHECK (picture ~ '^[0-9a-f]{64}$');

-- Apart from other pictures: only colleagues may see it, and it goes when the person does.
CREATE TABLE person_pictures (
    user_id text PRIMARY KEY REFERENCES users,
    media_type text NOT NULL,
    bytes bytea NOT NULL
);
-- what was compressed by the program stays as it is
ALTER TABLE person_pictures ALTER COLUMN bytes SET STORAGE EXTERNAL;
