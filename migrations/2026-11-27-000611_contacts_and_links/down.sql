DROP TABLE account_links;
DROP TABLE account_contacts;
