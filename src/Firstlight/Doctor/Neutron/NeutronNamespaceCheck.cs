using Firstlight.Inventory;
using Firstlight.Inventory.Neutron;

namespace Firstlight.Doctor.Neutron;

/// <summary>The namespace by which guests of the network come to metadata on this host: of DHCP, of OVN, or of a router.</summary>
internal sealed class NeutronNamespaceCheck(NeutronCase on) : ICheck
{
    public string Hop => Hops.Namespace;

    public IReadOnlyList<string> Needs => [Hops.Port];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var candidates = await CandidatesAsync(cancellationToken);
        var there = candidates.Where(c => on.Host.Namespace(c.Namespace).Identity is not null).ToList();
        if (there.Count == 0)
        {
            return Finding.Wrong(
                Hop, $"none of {string.Join(", ", candidates.Select(c => c.Namespace))} is on this host", "Neutron's agents serve this network from another host, or do not run",
                "ask on the host of its DHCP agent or router: openstack network agent list --network NETWORK");
        }

        // The DHCP agent keeps a namespace for a routed network too, with nobody in it who listens.
        foreach (var way in there)
        {
            on.Way = way;
            var sockets = await on.Host.ListenersAsync(way.Namespace, cancellationToken);
            if (sockets.Any(s => s.Port == on.Listener.Port)) break;
        }

        return Finding.Right(Hop, $"{on.Way.Namespace}{(there.Count > 1 ? $" of {string.Join(", ", there.Select(c => c.Namespace))}" : "")}");
    }

    private async Task<IReadOnlyList<(Scope Scope, string Namespace)>> CandidatesAsync(CancellationToken cancellationToken)
    {
        if (on.Question.Router is { } router) return [(new Scope(ScopeKind.Router, router), $"qrouter-{router}")];
        var network = on.Port!.NetworkId!;
        var interfaces = await on.Client.PortsAsync(
            NeutronQuery.All.Where("network_id", network).Where("device_owner", "network:router_interface").Where("device_owner", "network:ha_router_replicated_interface")
                .Where("device_owner", "network:router_interface_distributed"), cancellationToken);
        return
        [
            (new Scope(ScopeKind.Network, network), $"ovnmeta-{network}"),
            (new Scope(ScopeKind.Network, network), $"qdhcp-{network}"),
            .. interfaces.Select(p => p.DeviceId).OfType<string>().Distinct(StringComparer.Ordinal).Select(id => (new Scope(ScopeKind.Router, id), $"qrouter-{id}")),
        ];
    }
}
