DROP TABLE saved_views;
DROP TABLE wizards;
