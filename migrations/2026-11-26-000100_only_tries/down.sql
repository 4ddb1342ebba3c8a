DROP FUNCTION only_tries(text);
