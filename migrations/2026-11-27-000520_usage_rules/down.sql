DROP TABLE usage_rulings;
DROP TABLE usage_rules;
