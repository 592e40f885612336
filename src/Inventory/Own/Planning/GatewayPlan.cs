using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>Plans the port a router has on an external network.</summary>
internal sealed class GatewayPlan(Draft draft)
{
    /// <summary>Keeps the address a router asks for from being allotted to others.</summary>
    public void Claim(RouterSpec spec)
    {
        if (spec.Gateway is { Address: { } address } gateway && draft.Names.Find(ResourceKind.Network, gateway.Network, projectId: null, out _) is { } network)
            draft.Allotment.Claim(network, address);
    }

    public void Apply(RouterSpec spec, string routerId, string project)
    {
        var stored = draft.PortsOf(routerId).Find(p => p.DeviceOwner == DeviceOwners.RouterGateway);
        if (spec.NoGateway && stored is not null)
        {
            draft.Remove(stored);
            draft.LegsChanged(routerId, "gateway");
        }
        if (stored is not null) draft.WrittenAt(ResourceKind.Port, stored.Id, spec);
        if (spec.Gateway is not { } wanted || spec.NoGateway) return;

        // Looked for in the router's own project first, then everywhere: an external network is mostly another's.
        var network = draft.Names.Find(ResourceKind.Network, wanted.Network, project, out _)
            ?? draft.Refer(spec, ResourceKind.Router, spec.Name, "gateway", ResourceKind.Network, wanted.Network, projectId: null);
        if (network is null) return;
        if (stored is not null && stored.NetworkId != network)
        {
            draft.Remove(stored);
            stored = null;
        }

        var mac = stored?.Mac ?? draft.Allotment.Mac();
        if (Addresses(spec, wanted, network, stored, mac) is not { } addresses) return;
        if (stored is not null && stored.FixedIps.SequenceEqual(addresses)) return;
        var port = new Port
        {
            Id = stored?.Id ?? Guid.NewGuid().ToString("D"),
            NetworkId = network,
            ProjectId = project,
            Mac = mac,
            FixedIps = addresses,
            DeviceId = routerId,
            DeviceOwner = DeviceOwners.RouterGateway,
        };
        draft.Put(port);
        draft.WrittenAt(ResourceKind.Port, port.Id, spec);
        draft.LegsChanged(routerId, "gateway");
    }

    // One of each IP version the network has: what is asked for, else what is stored, else the first free one.
    private ImmutableArray<FixedIp>? Addresses(RouterSpec spec, GatewaySpec wanted, string network, Port? stored, PhysicalAddress mac)
    {
        var subnets = draft.SubnetsOf(network);
        if (wanted.Address is { } asked && !subnets.Exists(s => s.Cidr.Contains(asked)))
        {
            draft.Fail(spec, ResourceKind.Router, spec.Name, "gateway", $"{asked} is in no subnet of network {wanted.Network}");
            return null;
        }

        ImmutableArray<FixedIp> addresses = [];
        foreach (var family in subnets.GroupBy(s => s.IpVersion).OrderBy(g => g.Key))
        {
            if (Address(family, wanted.Address, stored, mac) is { } address)
            {
                addresses = addresses.Add(address);
                continue;
            }
            draft.Fail(spec, ResourceKind.Router, spec.Name, "gateway", $"no IPv{family.Key} address of network {wanted.Network} is free");
            return null;
        }
        return addresses;
    }

    private FixedIp? Address(IEnumerable<Subnet> family, IPAddress? asked, Port? stored, PhysicalAddress mac)
    {
        var subnets = family.ToList();
        if (asked is not null && subnets.Find(s => s.Cidr.Contains(asked)) is { } around) return new FixedIp(around.Id, asked);
        if (stored?.FixedIps.FirstOrDefault(ip => subnets.Exists(s => s.Id == ip.SubnetId)) is { } kept) return kept;
        return subnets.Select(s => (Subnet: s, Address: draft.Allotment.Address(s, mac))).FirstOrDefault(f => f.Address is not null) is { Address: { } free } found
            ? new FixedIp(found.Subnet.Id, free)
            : null;
    }
}
