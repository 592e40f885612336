ALTER TABLE ports ADD COLUMN port_security INTEGER NOT NULL DEFAULT 1 CHECK (port_security IN (0, 1));

CREATE TABLE allowed_address_pairs (
    port_id TEXT NOT NULL REFERENCES ports (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    ip_address TEXT NOT NULL,
    mac_address TEXT,
    PRIMARY KEY (port_id, position)
) STRICT, WITHOUT ROWID;
