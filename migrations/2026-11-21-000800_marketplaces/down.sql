DROP TABLE marketplace_hubs;
DROP TABLE marketplaces;
DROP TABLE hubs;
