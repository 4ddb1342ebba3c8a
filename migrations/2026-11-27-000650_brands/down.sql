DROP TRIGGER contracts_brand_signee ON contracts;
DROP FUNCTION brand_the_signee();
ALTER TABLE accounts DROP COLUMN branded_by;
DROP TABLE brands;
