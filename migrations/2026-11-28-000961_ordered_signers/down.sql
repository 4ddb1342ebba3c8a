ALTER TABLE link_passes DROP COLUMN signed;
DROP TABLE first_signatures;
DROP TABLE contract_signers;
ALTER TABLE activation_links DROP COLUMN turn;
