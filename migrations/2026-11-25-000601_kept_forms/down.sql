DROP TABLE kept_files;
DROP TABLE kept_forms;
