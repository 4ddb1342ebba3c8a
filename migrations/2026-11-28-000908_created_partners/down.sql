DROP TABLE created_partners;
