CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TABLE accounts (
    id text PRIMARY KEY CHECK (id ~ '^(VA|PA)-[0-9]{3}-[0-9]{3}$'),
    role text NOT NULL CHECK (role IN ('distributor', 'vendor', 'reseller')),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 64),
    -- made by the operator and not by a contract: holds every right
    founding boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    CHECK ((role = 'vendor') = (id LIKE 'VA-%'))
);

CREATE TABLE users (
    id text PRIMARY KEY CHECK (id ~ '^UR-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 128),
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    email_key text NOT NULL GENERATED ALWAYS AS (lower(email)) STORED,
    password_hash text,
    password_set_at timestamptz,
    time_zone text NOT NULL DEFAULT 'UTC' CHECK (char_length(time_zone) BETWEEN 1 AND 64),
    created_at timestamptz NOT NULL,
    revision integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX users_email ON users (email_key);

CREATE TABLE past_passwords (
    user_id text NOT NULL REFERENCES users,
    set_at timestamptz NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (user_id, set_at)
);

CREATE TABLE memberships (
    account_id text NOT NULL REFERENCES accounts,
    user_id text NOT NULL REFERENCES users,
    joined_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE groups (
    id text PRIMARY KEY CHECK (id ~ '^UG-[0-9]{3}-[0-9]{3}-[0-9]{3}$'),
    account_id text NOT NULL REFERENCES accounts,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 32),
    -- holds every permission, also those of modules to come
    administrators boolean NOT NULL DEFAULT false,
    permissions text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    UNIQUE (account_id, name),
    UNIQUE (id, account_id)
);
CREATE UNIQUE INDEX groups_administrators ON groups (account_id) WHERE administrators;

CREATE TABLE group_members (
    group_id text NOT NULL,
    account_id text NOT NULL,
    user_id text NOT NULL REFERENCES users,
    PRIMARY KEY (group_id, user_id),
    FOREIGN KEY (group_id, account_id) REFERENCES groups (id, account_id),
    FOREIGN KEY (account_id, user_id) REFERENCES memberships (account_id, user_id) ON DELETE CASCADE
);
CREATE INDEX group_members_member ON group_members (account_id, user_id);
CREATE INDEX group_members_user ON group_members (user_id);
