-- The inventory: what guests are told of and who they are. Written by Change() as differences between two clouds, so nothing cascades here:
-- a reference that would dangle is a mistake of the program and must stop the transaction.
CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    ports_revision INTEGER NOT NULL
) STRICT;
INSERT INTO store (id, revision, ports_revision) VALUES (1, 0, 0);

CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

CREATE TABLE networks (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    mtu INTEGER NOT NULL CHECK (mtu BETWEEN 68 AND 65535),
    UNIQUE (project_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE subnets (
    id TEXT PRIMARY KEY,
    network_id TEXT NOT NULL REFERENCES networks (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    cidr TEXT NOT NULL,
    gateway_ip TEXT,
    enable_dhcp INTEGER NOT NULL CHECK (enable_dhcp IN (0, 1)),
    ipv6_address_mode TEXT,
    ipv6_ra_mode TEXT,
    UNIQUE (network_id, name),
    UNIQUE (network_id, cidr),
    UNIQUE (id, network_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE subnet_dns_nameservers (
    subnet_id TEXT NOT NULL REFERENCES subnets (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (subnet_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE subnet_host_routes (
    subnet_id TEXT NOT NULL REFERENCES subnets (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    destination TEXT NOT NULL,
    nexthop TEXT NOT NULL,
    PRIMARY KEY (subnet_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE subnet_allocation_pools (
    subnet_id TEXT NOT NULL REFERENCES subnets (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    first_ip TEXT NOT NULL,
    last_ip TEXT NOT NULL,
    PRIMARY KEY (subnet_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE routers (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    UNIQUE (project_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE ports (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    network_id TEXT NOT NULL REFERENCES networks (id) DEFERRABLE INITIALLY DEFERRED,
    project_id TEXT NOT NULL REFERENCES projects (id) DEFERRABLE INITIALLY DEFERRED,
    mac TEXT NOT NULL,
    device_id TEXT NOT NULL,
    device_owner TEXT NOT NULL,
    attach_index INTEGER NOT NULL,
    UNIQUE (network_id, mac),
    UNIQUE (id, network_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ports_by_name ON ports (network_id, name) WHERE name <> '';
CREATE INDEX ports_by_device ON ports (device_id);
CREATE INDEX ports_of_dhcp ON ports (network_id) WHERE device_owner = 'network:dhcp';

CREATE TABLE fixed_ips (
    port_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    network_id TEXT NOT NULL,
    subnet_id TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (port_id, position),
    UNIQUE (network_id, address),
    FOREIGN KEY (port_id, network_id) REFERENCES ports (id, network_id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (subnet_id, network_id) REFERENCES subnets (id, network_id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX fixed_ips_by_subnet ON fixed_ips (subnet_id, network_id);

CREATE TABLE keypairs (
    project_id TEXT NOT NULL REFERENCES projects (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('ssh', 'x509')),
    public_key TEXT NOT NULL,
    PRIMARY KEY (project_id, name)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: an i-… number of a deleted server never comes back.
CREATE TABLE servers (
    number INTEGER PRIMARY KEY AUTOINCREMENT CHECK (number > 0),
    id TEXT NOT NULL UNIQUE,
    project_id TEXT NOT NULL REFERENCES projects (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    hostname TEXT NOT NULL,
    key_name TEXT,
    key_type TEXT,
    public_key TEXT,
    user_data BLOB,
    availability_zone TEXT,
    flavor_name TEXT NOT NULL,
    image TEXT NOT NULL,
    launch_index INTEGER NOT NULL,
    reservation_id TEXT NOT NULL,
    root_device_name TEXT,
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE server_metadata (
    server_id TEXT NOT NULL REFERENCES servers (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (server_id, position),
    UNIQUE (server_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE server_security_groups (
    server_id TEXT NOT NULL REFERENCES servers (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (server_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE server_passwords (
    server_id TEXT PRIMARY KEY REFERENCES servers (id) DEFERRABLE INITIALLY DEFERRED,
    password TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- An image keeps its ami-… number for good, even when no server uses it any more.
CREATE TABLE images (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    image TEXT NOT NULL UNIQUE
) STRICT;
