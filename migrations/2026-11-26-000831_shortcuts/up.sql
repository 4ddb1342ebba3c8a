-- single keys act for this person; whoever speaks to a computer, or types with few fingers, switches them off (WCAG 2.1.4)
ALTER TABLE users ADD COLUMN shortcuts boolean NOT NULL DEFAULT true;
