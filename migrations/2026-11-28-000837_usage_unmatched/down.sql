DROP TABLE usage_unmatched;
