CREATE TABLE blobs (
    sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL,
    bytes bytea NOT NULL CHECK (octet_length(bytes) <= 10485760),
    -- sanitised HTML, made once at upload, of text short enough to be read on the page
    rendered text,
    created_at timestamptz NOT NULL
);

CREATE TABLE agreements (
    id text PRIMARY KEY CHECK (id ~ '^AG[PS]-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    type text NOT NULL CHECK (type IN ('program', 'service')),
    owner_id text NOT NULL REFERENCES accounts,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 2000),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    search text NOT NULL GENERATED ALWAYS AS (lower(name || ' ' || id)) STORED,
    UNIQUE (id, owner_id, type)
);
CREATE INDEX agreements_owner ON agreements (owner_id, updated_at DESC, id DESC);
CREATE INDEX agreements_search ON agreements USING gin (owner_id, search gin_trgm_ops);

CREATE TABLE agreement_versions (
    agreement_id text NOT NULL REFERENCES agreements ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0),
    status text NOT NULL CHECK (status IN ('active', 'inactive')),
    document_type text NOT NULL CHECK (document_type IN ('external', 'uploaded')),
    link text CHECK (char_length(link) <= 200),
    file_name text CHECK (char_length(file_name) BETWEEN 1 AND 200),
    sha256 text REFERENCES blobs,
    author_id text NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    -- who offered this version last: stamps for the issuer when a partner signs it
    activator_id text REFERENCES users,
    activated_at timestamptz,
    PRIMARY KEY (agreement_id, number),
    CHECK ((document_type = 'external') = (link IS NOT NULL)),
    CHECK ((document_type = 'uploaded') = (sha256 IS NOT NULL)),
    CHECK ((sha256 IS NULL) = (file_name IS NULL)),
    CHECK (status = 'inactive' OR (activator_id IS NOT NULL AND activated_at IS NOT NULL))
);
CREATE UNIQUE INDEX agreement_versions_active ON agreement_versions (agreement_id) WHERE status = 'active';
CREATE INDEX agreement_versions_blob ON agreement_versions (sha256);
CREATE INDEX agreement_versions_author ON agreement_versions (author_id);
CREATE INDEX agreement_versions_activator ON agreement_versions (activator_id);
