ALTER TABLE usage_mapped ADD COLUMN control_rows integer CHECK (control_rows >= 0), ADD COLUMN control_total text;
UPDATE usage_mapped m SET control_rows = c.rows, control_total = c.total FROM usage_controls c WHERE c.file_id = m.file_id;
DROP TABLE usage_controls;
