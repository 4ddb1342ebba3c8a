-- what hidden rows of a report come to, exactly, and the first of its cells beyond the columns that are read
ALTER TABLE usage_uploads ADD COLUMN hidden_amount text, ADD COLUMN beyond text;
