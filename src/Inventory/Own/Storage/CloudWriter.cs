using System.Runtime.InteropServices;
using Firstlight.Inventory.Own.Model;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>Writes what differs between two clouds, inside the caller's transaction.</summary>
/// <remarks>
/// A changed row is removed and put back: all removals come before all additions, so that two things may exchange a unique value in one change.
/// References are checked at commit.
/// </remarks>
internal sealed class CloudWriter(SqliteConnection connection, Cloud before, Cloud after) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>Writes the difference and counts the revision up when there is any.</summary>
    /// <returns>Whether anything differed.</returns>
    public bool Write()
    {
        var difference = CloudDifference.Of(before, after);
        if (!difference.Any) return false;

        foreach (var floating in difference.FloatingIps.Removed) Delete(floating.Id, "floating_ips|id");
        foreach (var port in difference.Ports.Removed) Delete(port.Id, "fixed_ips|port_id", "port_dhcp_options|port_id", "allowed_address_pairs|port_id", "ports|id");
        foreach (var server in difference.Servers.Removed)
        {
            Delete(server.Id, "server_metadata|server_id", "server_security_groups|server_id", "servers|id");
            if (!after.Servers.ContainsKey(server.Id)) Delete(server.Id, "server_passwords|server_id");
        }
        foreach (var key in difference.KeyPairs.Removed) Run("DELETE FROM keypairs WHERE project_id = $0 AND name = $1", key.ProjectId, key.Name);
        foreach (var router in difference.Routers.Removed) Delete(router.Id, "routers|id");
        foreach (var subnet in difference.Subnets.Removed)
            Delete(subnet.Id, "subnet_dns_nameservers|subnet_id", "subnet_host_routes|subnet_id", "subnet_allocation_pools|subnet_id", "subnets|id");
        foreach (var network in difference.Networks.Removed) Delete(network.Id, "networks|id");
        foreach (var project in difference.Projects.Removed) Delete(project.Id, "projects|id");

        foreach (var project in difference.Projects.Added) Run("INSERT INTO projects (id, name) VALUES ($0, $1)", project.Id, project.Name);
        foreach (var n in difference.Networks.Added)
        {
            Run(
                "INSERT INTO networks (id, project_id, name, mtu, external, uplink) VALUES ($0, $1, $2, $3, $4, $5)",
                n.Id, n.ProjectId, n.Name, n.Mtu, n.External, n.Uplink);
        }
        foreach (var subnet in difference.Subnets.Added) Insert(subnet);
        foreach (var r in difference.Routers.Added) Run("INSERT INTO routers (id, project_id, name, enable_snat) VALUES ($0, $1, $2, $3)", r.Id, r.ProjectId, r.Name, r.EnableSnat);
        foreach (var k in difference.KeyPairs.Added)
            Run("INSERT INTO keypairs (project_id, name, type, public_key) VALUES ($0, $1, $2, $3)", k.ProjectId, k.Name, k.Type, k.PublicKey);
        // Numbers that were asked for go first, so that an allotted one cannot take them.
        foreach (var server in difference.Servers.Added.OrderBy(s => s.Number == 0).ThenBy(s => s.Number)) Insert(server);
        foreach (var port in difference.Ports.Added) Insert(port);
        foreach (var floating in difference.FloatingIps.Added) Insert(floating);

        CountUp(connection, Touched.By(difference, after), difference.Ports.Any || difference.Networks.Any || difference.Routers.Any);
        return true;
    }

    /// <summary>Counts the store's revision up, and notes what it touched; the second counter moves only when what the port directory is made of does.</summary>
    public static void CountUp(SqliteConnection connection, Touched touched, bool portsChanged)
    {
        Statement.Run(connection, "UPDATE store SET revision = revision + 1, ports_revision = CASE WHEN $0 THEN revision + 1 ELSE ports_revision END", portsChanged);
        ChangeLog.Write(connection, touched);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in _commands.Values) command.Dispose();
    }

    private void Insert(Subnet s)
    {
        Run(
            """
            INSERT INTO subnets (id, network_id, name, cidr, gateway_ip, enable_dhcp, ipv6_address_mode, ipv6_ra_mode)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7)
            """,
            s.Id, s.NetworkId, s.Name, s.Cidr.ToString(), s.GatewayIp?.ToString(), s.EnableDhcp, Ipv6ModeText.Of(s.Ipv6AddressMode), Ipv6ModeText.Of(s.Ipv6RaMode));
        for (var i = 0; i < s.DnsNameservers.Length; i++)
            Run("INSERT INTO subnet_dns_nameservers (subnet_id, position, address) VALUES ($0, $1, $2)", s.Id, i, s.DnsNameservers[i].ToString());
        for (var i = 0; i < s.HostRoutes.Length; i++)
        {
            var (destination, nextHop) = s.HostRoutes[i];
            Run("INSERT INTO subnet_host_routes (subnet_id, position, destination, nexthop) VALUES ($0, $1, $2, $3)", s.Id, i, destination.ToString(), nextHop.ToString());
        }
        for (var i = 0; i < s.AllocationPools.Length; i++)
        {
            var (start, end) = s.AllocationPools[i];
            Run("INSERT INTO subnet_allocation_pools (subnet_id, position, first_ip, last_ip) VALUES ($0, $1, $2, $3)", s.Id, i, start.ToString(), end.ToString());
        }
    }

    private void Insert(Port p)
    {
        Run(
            """
            INSERT INTO ports (id, name, network_id, project_id, mac, device_id, device_owner, attach_index, dns_name, port_security)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            p.Id, p.Name, p.NetworkId, p.ProjectId, Addresses.MacText(p.Mac), p.DeviceId, p.DeviceOwner, p.AttachIndex, p.DnsName, p.PortSecurity);
        for (var i = 0; i < p.ExtraDhcpOptions.Length; i++)
        {
            var (name, value, version) = p.ExtraDhcpOptions[i];
            Run("INSERT INTO port_dhcp_options (port_id, position, name, value, ip_version) VALUES ($0, $1, $2, $3, $4)", p.Id, i, name, value, version);
        }
        for (var i = 0; i < p.AllowedAddressPairs.Length; i++)
        {
            var (addresses, mac) = p.AllowedAddressPairs[i];
            Run(
                "INSERT INTO allowed_address_pairs (port_id, position, ip_address, mac_address) VALUES ($0, $1, $2, $3)",
                p.Id, i, addresses.ToString(), mac is null ? null : Addresses.MacText(mac));
        }

        for (var i = 0; i < p.FixedIps.Length; i++)
        {
            var (subnet, address) = p.FixedIps[i];
            Run(
                "INSERT INTO fixed_ips (port_id, position, network_id, subnet_id, address) VALUES ($0, $1, $2, $3, $4)",
                p.Id, i, p.NetworkId, subnet, address.ToString());
        }
    }

    private void Insert(FloatingIp f) => Run(
        """
        INSERT INTO floating_ips (id, project_id, network_id, subnet_id, address, port_id, fixed_ip_address)
        VALUES ($0, $1, $2, $3, $4, $5, $6)
        """,
        f.Id, f.ProjectId, f.NetworkId, f.SubnetId, f.Address.ToString(), f.PortId, f.FixedAddress?.ToString());

    private void Insert(Server s)
    {
        Run(
            """
            INSERT INTO servers (number, id, project_id, name, hostname, key_name, key_type, public_key, user_data, availability_zone,
                                 flavor_name, image, launch_index, reservation_id, root_device_name)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """,
            s.Number == 0 ? null : s.Number, s.Id, s.ProjectId, s.Name, s.Hostname, s.KeyName, s.KeyType, s.PublicKey,
            s.UserData is { } bytes ? ImmutableCollectionsMarshal.AsArray(bytes) : null, s.AvailabilityZone, s.FlavorName, s.Image, s.LaunchIndex,
            s.ReservationId, s.RootDeviceName);
        for (var i = 0; i < s.Metadata.Length; i++)
        {
            Run(
                "INSERT INTO server_metadata (server_id, position, key, value) VALUES ($0, $1, $2, $3)",
                s.Id, i, s.Metadata[i].Key, s.Metadata[i].Value);
        }
        for (var i = 0; i < s.SecurityGroups.Length; i++)
            Run("INSERT INTO server_security_groups (server_id, position, name) VALUES ($0, $1, $2)", s.Id, i, s.SecurityGroups[i]);
        if (s.Image.Length > 0) Run("INSERT INTO images (image) SELECT $0 WHERE NOT EXISTS (SELECT 1 FROM images WHERE image = $0)", s.Image);
    }

    // Each target is table|column.
    private void Delete(string id, params ReadOnlySpan<string> targets)
    {
        foreach (var target in targets)
        {
            var bar = target.IndexOf('|', StringComparison.Ordinal);
            Run($"DELETE FROM {target[..bar]} WHERE {target[(bar + 1)..]} = $0", id);
        }
    }

    private void Run(string sql, params ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands[sql] = Statement.Create(connection, sql, values);
            command = _commands[sql];
        }
        else
        {
            for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
        command.ExecuteNonQuery();
    }
}
