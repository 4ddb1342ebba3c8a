DROP TABLE usage_reconciliation_rows;
DROP TABLE usage_reconciliations;
