namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>The requests of the directory. What comes back is compared with what was asked for: a filter ignored on the way must not make one guest another.</summary>
internal sealed class NeutronPorts(NeutronClient neutron, NeutronGate gate, NeutronDirectoryOptions options)
{
    // Far more than any question has: where it comes to that, filters are ignored and the cloud has many ports.
    private const int MostAnswers = 10_000;

    /// <returns>All ports of a network; null when there are too many to fetch.</returns>
    /// <exception cref="InventoryUnavailableException">Neutron cannot be asked, or answers something else.</exception>
    public Task<IReadOnlyCollection<PortRow>?> AllOfAsync(Guid network) => gate.RunAsync<IReadOnlyCollection<PortRow>?>(
        new RequestKey(RequestKind.Network, network),
        async token =>
        {
            if (await neutron.PortsUpToAsync(PortQueries.All(network, options.LargestNetwork + 1), options.LargestNetwork, token) is not { } ports) return null;
            var rows = PortRow.Read(ports).ToList();
            return rows.TrueForAll(row => row.Network == network) ? rows : throw Ignored("network_id");
        });

    /// <returns>The networks a router has an interface in; null when there are none.</returns>
    /// <inheritdoc cref="AllOfAsync" path="/exception"/>
    public Task<NetworkSet?> NetworksOfAsync(Guid router) => gate.RunAsync(
        new RequestKey(RequestKind.Router, router),
        async token =>
        {
            var ports = await neutron.PortsUpToAsync(PortQueries.InterfacesOf(router), MostAnswers, token) ?? throw Ignored("device_id");
            return NetworkSet.From(ports.Select(port =>
            {
                if (!Guid.TryParseExact(port?.DeviceId, "D", out var device) || device != router) throw Ignored("device_id");
                if (!PortQueries.InterfaceOwners.Contains(port!.DeviceOwner, StringComparer.Ordinal)) throw Ignored("device_owner");
                return Guid.TryParseExact(port.NetworkId, "D", out var network)
                    ? network
                    : throw new InventoryUnavailableException("Neutron lists a router's port without a network");
            }));
        });

    /// <returns>The ports of some networks with any of some addresses, or any of some MACs; each of them matches.</returns>
    /// <param name="scope">On whose behalf.</param>
    /// <param name="networks">Where.</param>
    /// <param name="peers">Addresses alone or MACs alone.</param>
    /// <inheritdoc cref="AllOfAsync" path="/exception"/>
    public Task<IReadOnlyCollection<PortRow>> OfAsync(ScopeKey scope, NetworkSet networks, IReadOnlyCollection<PeerKey> peers) =>
        gate.RunAsync<IReadOnlyCollection<PortRow>>(
            new RequestKey(RequestKind.Ports, scope.Id),
            async token =>
            {
                var wanted = peers.ToHashSet();
                var ports = await neutron.PortsUpToAsync(PortQueries.Of(networks, peers), MostAnswers, token) ?? throw Ignored("network_id");
                var rows = PortRow.Read(ports).ToList();
                foreach (var row in rows)
                {
                    if (!networks.Contains(row.Network)) throw Ignored("network_id");
                    if (!row.Peers.Any(wanted.Contains)) throw Ignored("fixed_ips or mac_address");
                }

                return rows;
            });

    private static InventoryUnavailableException Ignored(string filter) =>
        new($"Neutron, or a proxy before it, lists ports that were not asked for: it seems to ignore the filter {filter}");
}
