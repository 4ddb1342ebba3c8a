-- in which language a company's people read pages and mails who have not chosen one; without one their browsers say
ALTER TABLE accounts ADD COLUMN language text CHECK (language ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$');
