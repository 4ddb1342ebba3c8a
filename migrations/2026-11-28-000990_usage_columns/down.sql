DROP TABLE usage_columns;
