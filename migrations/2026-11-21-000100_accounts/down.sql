DROP TABLE group_members;
DROP TABLE groups;
DROP TABLE memberships;
DROP TABLE past_passwords;
DROP TABLE users;
DROP TABLE accounts;
DROP EXTENSION btree_gin;
DROP EXTENSION pg_trgm;
