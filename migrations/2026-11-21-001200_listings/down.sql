ALTER TABLE marketplaces DROP COLUMN logo;
DROP TABLE listing_requests, listings;
