-- the ids stay where they are: whoever does not know them does not read them
SELECT 1;
