DROP TABLE serving_programs;
