-- what a quantity counts: the published units, and later those that a vendor makes for itself
CREATE TABLE units (
    id text PRIMARY KEY CHECK (id ~ '^([a-z_]+|CU-[0-9]{3}-[0-9]{3})$'),
    name text COLLATE people NOT NULL CHECK (char_length(name) BETWEEN 1 AND 128),
    -- which items it counts
    type text NOT NULL CHECK (type IN ('reservation', 'ppu')),
    -- whose it is; a published one is everybody's
    owner_id text REFERENCES accounts,
    CHECK ((owner_id IS NOT NULL) = (id LIKE 'CU-%'))
);
CREATE UNIQUE INDEX units_name ON units (owner_id, lower(name COLLATE "default")) NULLS NOT DISTINCT;
INSERT INTO units (id, name, type) VALUES
    ('mbh', 'Megabyte-hour', 'ppu'),
    ('mhzh', 'Megahertz-hour', 'ppu'),
    ('unith', 'Unit-hour', 'ppu'),
    ('boolean', 'Yes or no', 'reservation'),
    ('boxes', 'Boxes', 'reservation'),
    ('calls', 'Calls', 'reservation'),
    ('computers', 'Computers', 'reservation'),
    ('connections', 'Connections', 'reservation'),
    ('contacts', 'Contacts', 'reservation'),
    ('credits', 'Credits', 'reservation'),
    ('devices', 'Devices', 'reservation'),
    ('documents', 'Documents', 'reservation'),
    ('emails', 'Emails', 'reservation'),
    ('employees', 'Employees', 'reservation'),
    ('gb', 'Gigabytes', 'reservation'),
    ('hosts', 'Hosts', 'reservation'),
    ('hours', 'Hours', 'reservation'),
    ('images', 'Images', 'reservation'),
    ('invoices', 'Invoices', 'reservation'),
    ('ips', 'IP addresses', 'reservation'),
    ('items', 'Items', 'reservation'),
    ('kb', 'Kilobytes', 'reservation'),
    ('kbps', 'Kilobits per second', 'reservation'),
    ('licenses', 'Licenses', 'reservation'),
    ('mailboxes', 'Mailboxes', 'reservation'),
    ('messages', 'Messages', 'reservation'),
    ('mhz', 'Megahertz', 'reservation'),
    ('minutes', 'Minutes', 'reservation'),
    ('mobile_devices', 'Mobile devices', 'reservation'),
    ('pages', 'Pages', 'reservation'),
    ('reports', 'Reports', 'reservation'),
    ('servers', 'Servers', 'reservation'),
    ('stores', 'Stores', 'reservation'),
    ('unit', 'Units', 'reservation'),
    ('users', 'Users', 'reservation'),
    ('websites', 'Websites', 'reservation');
ALTER TABLE items DROP CONSTRAINT items_unit_check, ADD FOREIGN KEY (unit) REFERENCES units;
ALTER TABLE request_items ADD FOREIGN KEY (unit) REFERENCES units;
