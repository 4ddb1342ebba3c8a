DROP INDEX contracts_pair;
DROP TRIGGER contracts_change_partners ON contracts;
DROP TRIGGER contracts_make_partners ON contracts;
DROP FUNCTION keep_partners();
DROP TABLE partners;
