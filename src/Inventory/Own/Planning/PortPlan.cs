using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>Plans ports: of servers, in the order they are attached, and ports on their own.</summary>
internal sealed class PortPlan(Draft draft, TopologyPlan topology)
{
    private readonly HashSet<string> _spokenFor = new(StringComparer.Ordinal);

    /// <summary>What the owner of a server's port is.</summary>
    public static string Owner(Server server) => DeviceOwners.ComputePrefix + server.AvailabilityZone;

    /// <summary>Keeps what specs ask for by value from being allotted to others.</summary>
    public void Claim(PortSpec spec, string? project)
    {
        if (spec.Mac is { } mac) draft.Allotment.Claim(mac);
        if (Network(spec, project, quiet: true) is not { } network) return;
        foreach (var ip in spec.FixedIps.IsDefault ? [] : spec.FixedIps)
        {
            if (ip.Address is { } address) draft.Allotment.Claim(network, address);
        }
    }

    /// <summary>Plans the ports written with a server.</summary>
    public void Apply(ServerSpec spec, Server server)
    {
        if (spec.Ports.IsDefaultOrEmpty) return;
        // Those that can be told apart first; the others take the places left.
        var stored = spec.Ports.Select(p => Known(p, server)).ToArray();
        for (var i = 0; i < stored.Length; i++) stored[i] ??= Left(spec.Ports[i], server);
        var placed = spec.Ports.Select((p, i) => Plan(p, stored[i], server, spec)?.Id).OfType<string>().ToList();
        Reorder(server, placed);
    }

    /// <summary>Plans a port on its own.</summary>
    public void Apply(PortSpec spec)
    {
        Server? server = null;
        var projectHint = spec.Project is { Length: > 0 } p ? topology.Project(p) : null;
        if (spec.Server is { } name)
        {
            // A server of another project may use the port.
            var id = projectHint is null ? null : draft.Names.Find(ResourceKind.Server, name, projectHint, out _);
            id ??= draft.Refer(spec, ResourceKind.Port, Shown(spec), "server", ResourceKind.Server, name, projectId: null);
            if (id is null) return;
            server = draft.Servers[id];
        }
        if (spec.Name.Length == 0 && spec.Id is null && server is null)
        {
            draft.Fail(spec, ResourceKind.Port, Shown(spec), "name", "is needed for a port without a server");
            return;
        }
        Plan(spec, Known(spec, server) ?? (server is null ? null : Left(spec, server)), server, of: null);
    }

    private Port? Plan(PortSpec spec, Port? stored, Server? server, ServerSpec? of)
    {
        var hint = spec.Project is { Length: > 0 } name ? topology.Project(name) : null;
        if (Network(spec, hint ?? server?.ProjectId, quiet: false) is not { } networkId) return null;
        if (Identity.Of(draft, spec, ResourceKind.Port, spec.Name, spec.Id ?? stored?.Id, networkId) is not { } id) return null;
        stored ??= draft.Ports.GetValueOrDefault(id);
        if (stored is not null && stored.NetworkId != networkId)
        {
            draft.Fail(spec, ResourceKind.Port, Shown(spec), "network", "a port stays on its network");
            return null;
        }
        var mac = spec.Mac ?? stored?.Mac ?? draft.Allotment.Mac();
        if (FixedIps(spec, stored, networkId, mac) is not { } fixedIps) return null;
        var attached = server is not null && stored?.DeviceId == server.Id;
        var port = new Port
        {
            Id = id,
            Name = spec.Name.Length > 0 ? spec.Name : stored?.Name ?? "",
            NetworkId = networkId,
            ProjectId = hint ?? stored?.ProjectId ?? server?.ProjectId ?? draft.Networks[networkId].ProjectId,
            Mac = mac,
            FixedIps = fixedIps,
            PortSecurity = spec.PortSecurity ?? stored?.PortSecurity ?? true,
            AllowedAddressPairs = spec.AllowedAddressPairs ?? stored?.AllowedAddressPairs ?? [],
            DeviceId = server?.Id ?? stored?.DeviceId ?? "",
            DeviceOwner = server is not null ? Owner(server) : stored?.DeviceOwner ?? "",
            DnsName = spec.DnsName ?? stored?.DnsName ?? "",
            ExtraDhcpOptions = Identity.Keep(spec, "extra_dhcp_opts", spec.ExtraDhcpOptions, stored?.ExtraDhcpOptions),
            AttachIndex = server is null || attached ? stored?.AttachIndex ?? 0 : draft.PortsOf(server.Id).Select(p => p.AttachIndex + 1).DefaultIfEmpty(0).Max(),
        };
        _spokenFor.Add(id);
        draft.Put(port, port.Name.Length > 0 ? port.Name : $"{server?.Name} on {draft.Networks[networkId].Name}", spec.Source is null && of is not null ? of : spec);
        return port;
    }

    // By id, by name, or among the server's nameless ports by what the spec says of MAC and addresses.
    private Port? Known(PortSpec spec, Server? server)
    {
        Port? port = null;
        if (spec.Id is { } id) port = draft.Ports.GetValueOrDefault(Guid.TryParse(id, out var uuid) ? uuid.ToString("D") : id);
        else if (Network(spec, Hint(spec, server), quiet: true) is { } network)
        {
            if (spec.Name.Length > 0) port = draft.Names.InScope(ResourceKind.Port, spec.Name, network) is { } named ? draft.Ports[named] : null;
            else if (server is not null) port = Nameless(server, network).Find(p => p.Mac.Equals(spec.Mac) || HasAddressOf(p, spec));
        }
        if (port is not null) _spokenFor.Add(port.Id);
        return port;
    }

    private Port? Left(PortSpec spec, Server server)
    {
        if (spec.Id is not null || spec.Name.Length > 0 || Network(spec, Hint(spec, server), quiet: true) is not { } network) return null;
        var port = Nameless(server, network).Find(_ => true);
        if (port is not null) _spokenFor.Add(port.Id);
        return port;
    }

    private List<Port> Nameless(Server server, string network) =>
        [.. draft.PortsOf(server.Id).Where(p => p.Name.Length == 0 && p.NetworkId == network && !_spokenFor.Contains(p.Id))];

    private static bool HasAddressOf(Port port, PortSpec spec) =>
        !spec.FixedIps.IsDefaultOrEmpty && port.FixedIps.Any(has => spec.FixedIps.Any(ip => has.Address.Equals(ip.Address)));

    private string? Hint(PortSpec spec, Server? server) => spec.Project is { Length: > 0 } name ? topology.Project(name) : server?.ProjectId;

    // The network is looked for in the port's project first, then everywhere: networks are shared between projects.
    private string? Network(PortSpec spec, string? project, bool quiet)
    {
        var id = project is null ? null : draft.Names.Find(ResourceKind.Network, spec.Network, project, out _);
        if (id is not null) return id;
        return quiet
            ? draft.Names.Find(ResourceKind.Network, spec.Network, projectId: null, out _)
            : draft.Refer(spec, ResourceKind.Port, Shown(spec), "network", ResourceKind.Network, spec.Network, projectId: null);
    }

    private ImmutableArray<FixedIp>? FixedIps(PortSpec spec, Port? stored, string networkId, PhysicalAddress mac)
    {
        var subnets = draft.SubnetsOf(networkId);
        if (spec.FixedIps.IsDefaultOrEmpty)
        {
            if (Identity.IsWritten(spec, "fixed_ips")) return [];
            return stored is null ? Default(spec, subnets, mac) : [.. stored.FixedIps.Select(ip => Follow(ip, stored.Mac, mac))];
        }

        var ips = ImmutableArray.CreateBuilder<FixedIp>();
        foreach (var wanted in spec.FixedIps)
        {
            if (Subnet(spec, wanted, subnets) is not { } subnet) return null;
            var kept = stored?.FixedIps.FirstOrDefault(ip => ip.SubnetId == subnet.Id && !ips.Contains(ip)
                && !spec.FixedIps.Any(other => ip.Address.Equals(other.Address)));
            var address = wanted.Address ?? (kept is null ? draft.Allotment.Address(subnet, mac) : Follow(kept, stored!.Mac, mac).Address);
            if (address is null)
            {
                draft.Fail(spec, ResourceKind.Port, Shown(spec), "fixed_ips", $"no address of subnet {subnet.Name} ({subnet.Cidr}) is free");
                return null;
            }
            ips.Add(new FixedIp(subnet.Id, address));
        }
        return ips.ToImmutable();
    }

    // One of the first IPv4 and one of the first IPv6 subnet that has any left.
    private ImmutableArray<FixedIp>? Default(PortSpec spec, List<Subnet> subnets, PhysicalAddress mac)
    {
        ImmutableArray<FixedIp> ips = [];
        foreach (var family in subnets.GroupBy(s => s.IpVersion).OrderBy(g => g.Key))
        {
            (Subnet Subnet, IPAddress? Address) found = family.Select(s => (s, draft.Allotment.Address(s, mac))).FirstOrDefault(f => f.Item2 is not null);
            if (found.Address is null)
            {
                draft.Fail(spec, ResourceKind.Port, Shown(spec), "fixed_ips", $"no IPv{family.Key} address of network {spec.Network} is free");
                return null;
            }
            ips = ips.Add(new FixedIp(found.Subnet.Id, found.Address));
        }
        return ips;
    }

    // An address made of the MAC changes with it.
    private FixedIp Follow(FixedIp ip, PhysicalAddress before, PhysicalAddress now) =>
        before.Equals(now) || !draft.Subnets.TryGetValue(ip.SubnetId, out var subnet) || !Ipv6ModeText.IsAutomatic(subnet)
            ? ip
            : ip with { Address = draft.Allotment.Address(subnet, now) ?? ip.Address };

    private Subnet? Subnet(PortSpec spec, FixedIpSpec wanted, List<Subnet> subnets)
    {
        var subnet = wanted.Subnet is { } name
            ? subnets.Find(s => s.Name == name || string.Equals(s.Id, name, StringComparison.OrdinalIgnoreCase))
            : subnets.Find(s => wanted.Address is { } address && s.Cidr.Contains(address));
        if (subnet is not null) return subnet;
        draft.Fail(
            spec, ResourceKind.Port, Shown(spec), "fixed_ips",
            wanted.Subnet is not null ? $"network {spec.Network} has no subnet {wanted.Subnet}"
                : wanted.Address is null ? "an item says neither subnet nor address"
                : $"{wanted.Address} is in no subnet of network {spec.Network}");
        return null;
    }

    // The order of the file is the order of attachment; ports it does not speak of come after.
    private void Reorder(Server server, List<string> placed)
    {
        var now = draft.PortsOf(server.Id);
        var wanted = now.OrderBy(p => placed.IndexOf(p.Id) is var at && at < 0 ? int.MaxValue : at).ToList();
        if (wanted.SequenceEqual(now) && now.DistinctBy(p => p.AttachIndex).Count() == now.Count) return;
        for (var i = 0; i < wanted.Count; i++) draft.Put(wanted[i] with { AttachIndex = i });
    }

    private static string Shown(PortSpec spec) => spec.Name.Length > 0 ? spec.Name : spec.Id ?? $"on {spec.Network}";
}
