-- forms that came after their session had ended or their page had grown old, for half an hour
CREATE TABLE kept_forms (
    id uuid PRIMARY KEY,
    -- whose share of what may be kept it takes: a person, or a network where the person is not known
    owner text NOT NULL,
    -- SHA-256 of the cookie that names the browser
    browser_hash bytea NOT NULL,
    -- the person whom the form had been given to
    user_id text REFERENCES users,
    -- where it was sent: a path with its query
    target text NOT NULL,
    -- the page that the form stood on
    page text NOT NULL,
    -- [[name, value], …] without secrets
    fields jsonb NOT NULL,
    lacks_secrets boolean NOT NULL,
    lacks_file boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz
);
CREATE INDEX kept_forms_owner ON kept_forms (owner, created_at DESC);
CREATE INDEX kept_forms_user ON kept_forms (user_id);
CREATE INDEX kept_forms_created ON kept_forms (created_at);

CREATE TABLE kept_files (
    form_id uuid NOT NULL REFERENCES kept_forms ON DELETE CASCADE,
    place integer NOT NULL,
    field text NOT NULL,
    file_name text NOT NULL,
    size integer NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (form_id, place)
);
-- what was compressed by those who made it stays as it is
ALTER TABLE kept_files ALTER COLUMN bytes SET STORAGE EXTERNAL;
