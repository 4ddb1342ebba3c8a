-- what an address is recognised by is no longer its small letters alone: domains are one in their own script and in the letters of
-- the name servers, which PostgreSQL cannot know. The program writes it, and brings what stands here up to date when it starts
ALTER TABLE users ALTER COLUMN email_key DROP EXPRESSION;
