namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>All ports of a network as they were at one moment. Immutable; reading takes no lock and allocates nothing.</summary>
internal sealed class NetworkPorts
{
    private readonly Dictionary<PeerKey, FoundPort?> _ports = [];

    /// <param name="askedAt">Timestamp of before they were asked for: they are no older.</param>
    /// <param name="rows">Ports of this one network.</param>
    public NetworkPorts(long askedAt, IReadOnlyCollection<PortRow> rows)
    {
        AskedAt = askedAt;
        Count = rows.Count;
        foreach (var row in rows)
        {
            // Of two ports with one address, and of a port without a device, only Neutron itself may tell: that state is one to get out of soon.
            foreach (var peer in row.Peers.Distinct()) _ports[peer] = _ports.ContainsKey(peer) || row.Port.InstanceId.Value.Length == 0 ? null : row.Port;
        }
    }

    public long AskedAt { get; }

    public int Count { get; }

    /// <summary>Whether any port is known so; <paramref name="port"/> is null where that does not say which guest it is.</summary>
    public bool TryFind(in PeerKey peer, out FoundPort? port) => _ports.TryGetValue(peer, out port);
}
