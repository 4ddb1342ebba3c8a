ALTER TABLE usage_uploads DROP COLUMN western;
DROP TABLE usage_categories;
