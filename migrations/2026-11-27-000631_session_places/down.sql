DROP TABLE session_places;
