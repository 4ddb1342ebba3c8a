DROP TABLE link_openings;
DROP TABLE link_mails;
