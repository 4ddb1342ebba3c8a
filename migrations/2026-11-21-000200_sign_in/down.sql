DROP TABLE password_resets;
DROP TABLE throttles;
DROP TABLE sessions;
