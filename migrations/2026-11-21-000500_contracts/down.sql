DROP TABLE signatures;
DROP FUNCTION refuse_change_of_signature;
DROP TABLE activation_attempts;
DROP TABLE dead_links;
DROP TABLE activation_links;
DROP TABLE contracts;
DROP FUNCTION refuse_deletion_of_signed_contract;
