using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Own.Storage;
using Firstlight.Metadata.Identity;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own;

/// <summary>All ports at one revision, by network and address or MAC. Immutable once built; reading takes no lock and allocates nothing.</summary>
internal sealed class PortIndex
{
    private readonly Dictionary<string, NetworkPorts> _networks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NetworkPorts[]> _routers = new(StringComparer.Ordinal);

    private PortIndex(long revision) => Revision = revision;

    /// <summary>An index that was never filled.</summary>
    public static PortIndex Unfilled { get; } = new(-1);

    /// <summary>The store's <c>ports_revision</c> it was built from; -1 for <see cref="Unfilled"/>.</summary>
    public long Revision { get; }

    /// <summary>The store's present <c>ports_revision</c>.</summary>
    public static long StoreRevision(SqliteConnection connection) => Statement.Number(connection, "SELECT ports_revision FROM store");

    /// <summary>Builds the index in one read transaction.</summary>
    public static PortIndex Load(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: true);
        var index = new PortIndex(StoreRevision(connection));
        var interfaces = new Dictionary<string, HashSet<NetworkPorts>>(StringComparer.Ordinal);
        (NetworkPorts Network, FoundPort Port)? last = null;
        Statement.Rows(
            connection,
            """
            SELECT p.id, p.network_id, p.project_id, p.mac, p.device_id, p.device_owner, f.address
            FROM ports p LEFT JOIN fixed_ips f ON f.port_id = p.id
            ORDER BY p.id
            """,
            row =>
            {
                var id = row.GetString(0);
                if (last is not { } port || port.Port.PortId != id)
                {
                    port = index.Add(row, id);
                    last = port;
                    if (row.GetString(5) == DeviceOwners.RouterInterface) Interfaces(row.GetString(4)).Add(port.Network);
                }
                if (row.TextOrNull(6) is { } address) port.Network.ByAddress.Add(IPAddress.Parse(address), port.Port);
            });
        foreach (var (router, networks) in interfaces) index._routers.Add(router, [.. networks]);
        return index;

        HashSet<NetworkPorts> Interfaces(string router)
        {
            if (!interfaces.TryGetValue(router, out var networks)) interfaces[router] = networks = [];
            return networks;
        }
    }

    /// <summary>Neutron's rules: exactly one port of the scope's networks, by MAC when there is one and by fixed address otherwise, and a device on it.</summary>
    public PortLookup Find(in PortQuery query)
    {
        FoundPort? found = null;
        if (query.Scope.Kind == ScopeKind.Network)
        {
            if (_networks.TryGetValue(query.Scope.Id, out var network)) found = network.Find(query);
        }
        else if (_routers.TryGetValue(query.Scope.Id, out var networks))
        {
            foreach (var network in networks)
            {
                if (network.Find(query) is not { } port) continue;
                if (found is not null) return new PortLookup(PortOutcome.Ambiguous, null);
                found = port;
            }
        }
        return found is null || found.InstanceId.Value.Length == 0
            ? new PortLookup(PortOutcome.Unknown, null)
            : new PortLookup(PortOutcome.Found, found);
    }

    private (NetworkPorts, FoundPort) Add(SqliteDataReader row, string id)
    {
        var networkId = row.GetString(1);
        if (!_networks.TryGetValue(networkId, out var network)) _networks[networkId] = network = new NetworkPorts();
        var port = new FoundPort(id, new InstanceId(row.GetString(4)), new ProjectId(row.GetString(2)), networkId);
        network.ByMac.Add(PhysicalAddress.Parse(row.GetString(3)), port);
        return (network, port);
    }

    // Addresses and MACs are unique in a network: the schema has it so.
    private sealed class NetworkPorts
    {
        public Dictionary<IPAddress, FoundPort> ByAddress { get; } = [];

        public Dictionary<PhysicalAddress, FoundPort> ByMac { get; } = [];

        public FoundPort? Find(in PortQuery query) =>
            query.Mac is { } mac ? ByMac.GetValueOrDefault(mac) : ByAddress.GetValueOrDefault(query.Address);
    }
}
