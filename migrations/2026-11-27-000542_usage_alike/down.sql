DROP TABLE usage_alike;
