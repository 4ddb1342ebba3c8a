DELETE FROM usage_trials;
DROP TABLE usage_trials;
