DROP TABLE password_reset_asks;
