-- How a person writes days, hours and numbers; empty where that is as the language does.
ALTER TABLE users
    ADD COLUMN date_order text NOT NULL DEFAULT '' CHECK (date_order IN ('', 'dmy', 'mdy', 'ymd')),
    ADD COLUMN clock text NOT NULL DEFAULT '' CHECK (clock IN ('', '24', '12')),
    ADD COLUMN number_signs text NOT NULL DEFAULT '' CHECK (number_signs IN ('', 'comma', 'point', 'space', 'apostrophe'));
