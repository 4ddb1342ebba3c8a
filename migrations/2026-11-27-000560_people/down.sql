DROP TRIGGER group_members_keep_administrator ON group_members;
DROP FUNCTION keep_an_administrator();
DROP TABLE invitation_groups;
DROP TABLE invitations;
ALTER TABLE groups DROP COLUMN search, DROP COLUMN revision, DROP COLUMN description;
ALTER TABLE memberships DROP COLUMN last_seen_at;
