DROP TABLE notifications;
DROP TABLE notification_rule_groups;
DROP TABLE notification_rules;
ALTER TABLE users DROP COLUMN mail_pace;
