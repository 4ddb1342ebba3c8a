-- who made a version, where it was a user: a program is told by id, and a name can change
ALTER TABLE tier_account_versions ADD COLUMN author_id text REFERENCES users;
ALTER TABLE tier_account_versions DISABLE TRIGGER tier_account_versions_are_final;
-- the event of the same act names the user
UPDATE tier_account_versions v SET author_id = e.user_id FROM events e
WHERE e.object = v.tier_account_id AND e.at = v.at AND e.user_id IS NOT NULL
    AND e.name IN ('customer.created', 'customer.updated', 'customer.moved');
ALTER TABLE tier_account_versions ENABLE TRIGGER tier_account_versions_are_final;
CREATE INDEX tier_account_versions_author ON tier_account_versions (author_id);

-- the resellers among very many customers, in the order of lists, and how many there are
CREATE INDEX tier_accounts_owner_type ON tier_accounts (owner_id, type, created_at DESC, id DESC) WHERE status = 'active';
