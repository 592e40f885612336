-- Ways outside: external networks, gateways of routers, floating addresses. And what DHCP tells single ports.
ALTER TABLE networks ADD COLUMN external INTEGER NOT NULL DEFAULT 0 CHECK (external IN (0, 1));
ALTER TABLE networks ADD COLUMN uplink TEXT;
ALTER TABLE routers ADD COLUMN enable_snat INTEGER NOT NULL DEFAULT 1 CHECK (enable_snat IN (0, 1));
ALTER TABLE ports ADD COLUMN dns_name TEXT NOT NULL DEFAULT '';

CREATE TABLE port_dhcp_options (
    port_id TEXT NOT NULL REFERENCES ports (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    ip_version INTEGER NOT NULL CHECK (ip_version IN (4, 6)),
    PRIMARY KEY (port_id, position),
    UNIQUE (port_id, ip_version, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE floating_ips (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id) DEFERRABLE INITIALLY DEFERRED,
    network_id TEXT NOT NULL,
    subnet_id TEXT NOT NULL,
    address TEXT NOT NULL,
    port_id TEXT REFERENCES ports (id) DEFERRABLE INITIALLY DEFERRED,
    fixed_ip_address TEXT,
    UNIQUE (network_id, address),
    CHECK ((port_id IS NULL) = (fixed_ip_address IS NULL)),
    FOREIGN KEY (subnet_id, network_id) REFERENCES subnets (id, network_id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX floating_ips_by_port ON floating_ips (port_id);
