DROP TABLE usage_chunks;
