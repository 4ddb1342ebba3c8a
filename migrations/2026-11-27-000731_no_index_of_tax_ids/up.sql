-- no statement looks up companies by their tax id
DROP INDEX accounts_tax;
