-- whether usage files of a product make the items that it does not have
ALTER TABLE products ADD COLUMN usage_dynamic boolean NOT NULL DEFAULT false;
-- made by a usage file: published when the file is ready, and in no version. Until then it is a draft that nobody sees
ALTER TABLE items ADD COLUMN dynamic boolean NOT NULL DEFAULT false, ADD CHECK (NOT dynamic OR type = 'ppu');

-- which items a usage file made
CREATE TABLE usage_items (
    file_id text NOT NULL REFERENCES usage_files ON DELETE CASCADE,
    item_id text NOT NULL REFERENCES items,
    PRIMARY KEY (file_id, item_id)
);
CREATE INDEX usage_items_item ON usage_items (item_id);
