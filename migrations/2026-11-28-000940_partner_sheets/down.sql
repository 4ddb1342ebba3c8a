DROP INDEX contracts_recipient;
DROP TABLE partner_sheet_rows;
DROP TABLE partner_sheets;
