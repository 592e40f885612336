using System.Net;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>Plans projects, networks and subnets.</summary>
internal sealed class TopologyPlan(Draft draft)
{
    public void Apply(ProjectSpec spec)
    {
        var named = draft.Names.InScope(ResourceKind.Project, spec.Name, "");
        var id = spec.Id ?? named ?? NameUuid.OfProject(spec.Name);
        if (named is not null && named != id) draft.Fail(spec, ResourceKind.Project, spec.Name, "id", $"is {named} and cannot become {id}");
        else draft.Put(new Project(id, spec.Name), spec);
    }

    /// <summary>The project of that name or id; it comes into being when there is none.</summary>
    public string Project(string nameOrId)
    {
        if (draft.Names.Find(ResourceKind.Project, nameOrId, projectId: null, out _) is { } known) return known;
        var id = Guid.TryParseExact(nameOrId, "N", out _) || Guid.TryParseExact(nameOrId, "D", out _) ? nameOrId : NameUuid.OfProject(nameOrId);
        draft.Put(new Project(id, nameOrId), spec: null);
        return id;
    }

    public void Apply(NetworkSpec spec)
    {
        if (IsEmpty(spec, ResourceKind.Network, spec.Name, spec.Project)) return;
        var project = Project(spec.Project);
        if (Identity.Of(draft, spec, ResourceKind.Network, spec.Name, spec.Id, project) is not { } id) return;
        var stored = draft.Networks.GetValueOrDefault(id);
        draft.Put(
            new Network
            {
                Id = id,
                Name = spec.Name,
                ProjectId = project,
                Mtu = spec.Mtu ?? stored?.Mtu ?? 1500,
                External = spec.External ?? stored?.External ?? false,
                Uplink = spec.Uplink is { } uplink ? uplink is "none" ? null : uplink : stored?.Uplink,
            },
            spec);
    }

    public void Apply(SubnetSpec spec)
    {
        var project = spec.Project is { Length: > 0 } name ? Project(name) : null;
        if (draft.Refer(spec, ResourceKind.Subnet, spec.Name, "network", ResourceKind.Network, spec.Network, project) is not { } network) return;
        if (Identity.Of(draft, spec, ResourceKind.Subnet, spec.Name, spec.Id, network) is not { } id) return;
        var stored = draft.Subnets.GetValueOrDefault(id);
        if (stored is not null && stored.NetworkId != network)
        {
            draft.Fail(spec, ResourceKind.Subnet, spec.Name, "network", "a subnet stays on its network");
            return;
        }
        draft.Put(
            new Subnet
            {
                Id = id,
                Name = spec.Name,
                NetworkId = network,
                Cidr = spec.Cidr,
                GatewayIp = Gateway(spec, stored),
                EnableDhcp = spec.EnableDhcp ?? stored?.EnableDhcp ?? true,
                DnsNameservers = Identity.Keep(spec, "dns_nameservers", spec.DnsNameservers, stored?.DnsNameservers),
                HostRoutes = Identity.Keep(spec, "host_routes", spec.HostRoutes, stored?.HostRoutes),
                AllocationPools = [.. Identity.Keep(spec, "allocation_pools", spec.AllocationPools, stored?.AllocationPools).OrderBy(p => Addresses.Number(p.Start))],
                Ipv6AddressMode = spec.Ipv6AddressMode ?? stored?.Ipv6AddressMode,
                Ipv6RaMode = spec.Ipv6RaMode ?? stored?.Ipv6RaMode,
            },
            spec);
    }

    /// <summary>Reports what has no name or no project.</summary>
    public bool IsEmpty(Spec spec, ResourceKind kind, string name, string project)
    {
        if (name.Length == 0) draft.Fail(spec, kind, name, "name", "is empty");
        if (project.Length == 0) draft.Fail(spec, kind, name, "project", "is empty");
        return name.Length == 0 || project.Length == 0;
    }

    private static IPAddress? Gateway(SubnetSpec spec, Subnet? stored)
    {
        if (spec.Gateway is { } wanted) return wanted;
        if (spec.NoGateway) return null;
        return stored is not null && stored.Cidr.Equals(spec.Cidr) ? stored.GatewayIp : Addresses.DefaultGateway(spec.Cidr);
    }
}
