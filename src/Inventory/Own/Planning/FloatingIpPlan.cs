using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>Plans floating addresses, after all ports.</summary>
internal sealed class FloatingIpPlan(Draft draft, TopologyPlan topology)
{
    /// <summary>Keeps an address that is asked for from being allotted to others.</summary>
    public void Claim(FloatingIpSpec spec)
    {
        if (spec.Address is { } address && draft.Names.Find(ResourceKind.Network, spec.Network, projectId: null, out _) is { } network)
            draft.Allotment.Claim(network, address);
    }

    public void Apply(FloatingIpSpec spec)
    {
        var hint = spec.Project is { Length: > 0 } name ? topology.Project(name) : null;
        var networkId = (hint is null ? null : draft.Names.Find(ResourceKind.Network, spec.Network, hint, out _))
            ?? draft.Refer(spec, ResourceKind.FloatingIp, Shown(spec), "network", ResourceKind.Network, spec.Network, projectId: null);
        if (networkId is null || !TryPort(spec, hint, out var port)) return;

        var text = spec.Address?.ToString() ?? "";
        var known = spec.Id ?? (spec.Address is null && port is not null ? LeadingTo(networkId, port, spec.FixedAddress) : null);
        if (Identity.Of(draft, spec, ResourceKind.FloatingIp, text, known, networkId) is not { } id) return;
        var stored = draft.FloatingIps.GetValueOrDefault(id);
        if (stored is not null && stored.NetworkId != networkId)
        {
            draft.Fail(spec, ResourceKind.FloatingIp, Shown(spec), "network", "a floating address stays on its network");
            return;
        }
        if (Address(spec, networkId, stored) is not { } address) return;
        var target = spec.NoPort ? null : port ?? (stored?.PortId is { } kept ? draft.Ports.GetValueOrDefault(kept) : null);
        var fixedAddress = target is null ? null : FixedAddress(spec, target, stored);
        if (target is not null && fixedAddress is null)
        {
            draft.Fail(spec, ResourceKind.FloatingIp, Shown(spec), "port", $"port {Subjects.Name(target)} has no IPv4 address");
            return;
        }
        draft.Put(
            new FloatingIp
            {
                Id = id,
                ProjectId = hint ?? stored?.ProjectId ?? target?.ProjectId ?? draft.Networks[networkId].ProjectId,
                NetworkId = networkId,
                SubnetId = address.SubnetId,
                Address = address.Address,
                PortId = target?.Id,
                FixedAddress = fixedAddress,
            },
            spec);
    }

    // False when a port was asked for that is not there.
    private bool TryPort(FloatingIpSpec spec, string? project, out Port? port)
    {
        port = null;
        if (spec.Port is { } name)
        {
            var id = (project is null ? null : draft.Names.Find(ResourceKind.Port, name, project, out _))
                ?? draft.Refer(spec, ResourceKind.FloatingIp, Shown(spec), "port", ResourceKind.Port, name, projectId: null);
            port = id is null ? null : draft.Ports[id];
            return port is not null;
        }
        if (spec.Server is not { } serverName) return true;
        var server = (project is null ? null : draft.Names.Find(ResourceKind.Server, serverName, project, out _))
            ?? draft.Refer(spec, ResourceKind.FloatingIp, Shown(spec), "server", ResourceKind.Server, serverName, projectId: null);
        if (server is null) return false;
        port = draft.PortsOf(server).Find(p => p.FixedIps.Any(IsV4));
        if (port is null) draft.Fail(spec, ResourceKind.FloatingIp, Shown(spec), "server", $"server {draft.Servers[server].Name} has no port with an IPv4 address");
        return port is not null;
    }

    private string? LeadingTo(string networkId, Port port, IPAddress? fixedAddress) => draft.FloatingIps.Values
        .Where(f => f.NetworkId == networkId && f.PortId == port.Id && (fixedAddress is null || fixedAddress.Equals(f.FixedAddress)))
        .OrderBy(f => f.Id, StringComparer.Ordinal).FirstOrDefault()?.Id;

    private FixedIp? Address(FloatingIpSpec spec, string networkId, FloatingIp? stored)
    {
        if (stored is not null && (spec.Address is null || spec.Address.Equals(stored.Address))) return new FixedIp(stored.SubnetId, stored.Address);
        var subnets = draft.SubnetsOf(networkId).Where(s => s.IpVersion == 4).ToList();
        if (spec.Address is { } wanted)
        {
            if (subnets.Find(s => s.Cidr.Contains(wanted)) is { } around) return new FixedIp(around.Id, wanted);
            draft.Fail(spec, ResourceKind.FloatingIp, Shown(spec), "address", $"{wanted} is in no IPv4 subnet of network {spec.Network}");
            return null;
        }
        foreach (var subnet in subnets)
        {
            if (draft.Allotment.Address(subnet, PhysicalAddress.None) is { } free) return new FixedIp(subnet.Id, free);
        }
        draft.Fail(spec, ResourceKind.FloatingIp, Shown(spec), "address", $"no IPv4 address of network {spec.Network} is free");
        return null;
    }

    private static IPAddress? FixedAddress(FloatingIpSpec spec, Port target, FloatingIp? stored)
    {
        if (spec.FixedAddress is { } wanted) return wanted;
        if (stored?.PortId == target.Id && target.FixedIps.Any(ip => ip.Address.Equals(stored.FixedAddress))) return stored.FixedAddress;
        return target.FixedIps.FirstOrDefault(IsV4)?.Address;
    }

    private static bool IsV4(FixedIp ip) => ip.Address.AddressFamily == AddressFamily.InterNetwork;

    private static string Shown(FloatingIpSpec spec) => spec.Address?.ToString() ?? spec.Id ?? $"on {spec.Network}";
}
