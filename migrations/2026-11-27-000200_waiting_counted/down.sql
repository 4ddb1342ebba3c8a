DROP INDEX contracts_to_approve;
DROP INDEX usage_files_to_review;
DROP INDEX usage_files_sent_back;
