-- in which language a person reads pages and mails; without one the browser says
ALTER TABLE users ADD COLUMN language text CHECK (language ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$');
