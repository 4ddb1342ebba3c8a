DROP TABLE usage_fault_counts;
DROP TABLE usage_faults;
DROP TABLE usage_totals;
DROP TABLE usage_records;
DROP FUNCTION refuse_change_of_submitted_usage;
DROP TABLE usage_uploads;
DROP TABLE usage_files;
