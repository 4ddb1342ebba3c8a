-- the days stay as they are: they were always what the purchases say
SELECT 1;
