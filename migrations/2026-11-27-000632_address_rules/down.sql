DROP TABLE address_rules;
