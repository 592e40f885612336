using System.Collections.Immutable;
using Firstlight.Inventory.Own.Checks;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>Removes one thing with what only exists through it, or says who uses it.</summary>
internal sealed class Deletion
{
    private const int MostNamed = 5;
    private readonly List<PlanItem> _items = [];
    private readonly Cloud _before;
    private Cloud _next;

    public Deletion(Cloud cloud) => _before = _next = cloud;

    /// <param name="kind">Kind of thing.</param>
    /// <param name="key">Its id; of a key pair <c>project/name</c>.</param>
    public Plan Run(ResourceKind kind, string key)
    {
        switch (kind)
        {
            case ResourceKind.Project: RemoveProject(_before.Projects[key]); break;
            case ResourceKind.Network: RemoveNetwork(_before.Networks[key]); break;
            case ResourceKind.Subnet: RemoveSubnet(_before.Subnets[key]); break;
            case ResourceKind.Router: RemoveRouter(_before.Routers[key]); break;
            case ResourceKind.KeyPair: RemoveKeyPair(_before.KeyPairs.Values.First(k => KeyPairChecks.Id(k) == key)); break;
            case ResourceKind.FloatingIp: RemoveFloatingIp(_before.FloatingIps[key]); break;
            case ResourceKind.Server: RemoveServer(_before.Servers[key]); break;
            default: RemovePort(_before.Ports[key]); break;
        }
        var findings = Rules.Check(_before, _next);
        if (!findings.IsEmpty) throw new InventoryRuleException([.. findings.Select(f => f.Violation)]);
        return new Plan(_next, [.. _items]);
    }

    private void RemoveProject(Project project)
    {
        RefuseIfUsed(
            ResourceKind.Project, project.Name,
            _before.Networks.Values.Where(n => n.ProjectId == project.Id).Select(n => Subjects.Of(ResourceKind.Network, n.Name)),
            _before.Routers.Values.Where(r => r.ProjectId == project.Id).Select(r => Subjects.Of(ResourceKind.Router, r.Name)),
            _before.Servers.Values.Where(s => s.ProjectId == project.Id).Select(s => Subjects.Of(ResourceKind.Server, s.Name)),
            _before.KeyPairs.Values.Where(k => k.ProjectId == project.Id).Select(k => Subjects.Of(ResourceKind.KeyPair, k.Name)),
            _before.Ports.Values.Where(p => p.ProjectId == project.Id).Select(User),
            _before.FloatingIps.Values.Where(f => f.ProjectId == project.Id).Select(Subject));
        _next = _next with { Projects = _next.Projects.Remove(project.Id) };
        Note(ResourceKind.Project, project.Name, project.Id);
    }

    private void RemoveNetwork(Network network)
    {
        var ports = _before.Ports.Values.Where(p => p.NetworkId == network.Id).ToList();
        RefuseIfUsed(
            ResourceKind.Network, network.Name,
            ports.Where(p => p.DeviceOwner != DeviceOwners.Dhcp).Select(User),
            _before.FloatingIps.Values.Where(f => f.NetworkId == network.Id).Select(Subject));
        Note(ResourceKind.Network, network.Name, network.Id);
        foreach (var subnet in _before.Subnets.Values.Where(s => s.NetworkId == network.Id).OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            _next = _next with { Subnets = _next.Subnets.Remove(subnet.Id) };
            Note(ResourceKind.Subnet, subnet.Name, subnet.Id);
        }
        foreach (var port in ports) Drop(port);
        _next = _next with { Networks = _next.Networks.Remove(network.Id) };
    }

    private void RemoveSubnet(Subnet subnet)
    {
        var ports = _before.Ports.Values.Where(p => p.FixedIps.Any(ip => ip.SubnetId == subnet.Id)).ToList();
        RefuseIfUsed(
            ResourceKind.Subnet, subnet.Name,
            ports.Where(p => p.DeviceOwner != DeviceOwners.Dhcp).Select(User),
            _before.FloatingIps.Values.Where(f => f.SubnetId == subnet.Id).Select(Subject));
        Note(ResourceKind.Subnet, subnet.Name, subnet.Id);
        foreach (var port in ports)
        {
            var left = port.FixedIps.RemoveAll(ip => ip.SubnetId == subnet.Id);
            if (left.IsEmpty) Drop(port);
            else _next = _next with { Ports = _next.Ports.SetItem(port.Id, port with { FixedIps = left }) };
        }
        _next = _next with { Subnets = _next.Subnets.Remove(subnet.Id) };
    }

    private void RemoveRouter(Router router)
    {
        Note(ResourceKind.Router, router.Name, router.Id);
        foreach (var port in _before.Ports.Values.Where(p => p.DeviceId == router.Id)) Drop(port);
        _next = _next with { Routers = _next.Routers.Remove(router.Id) };
    }

    // Servers keep their copy of the key.
    private void RemoveKeyPair(StoredKeyPair pair)
    {
        _next = _next with { KeyPairs = _next.KeyPairs.Remove((pair.ProjectId, pair.Name)) };
        Note(ResourceKind.KeyPair, pair.Name, pair.Name);
    }

    private void RemoveServer(Server server)
    {
        Note(ResourceKind.Server, server.Name, server.Id);
        foreach (var port in _before.Ports.Values.Where(p => p.DeviceId == server.Id).OrderBy(p => p.AttachIndex)) Drop(port);
        _next = _next with { Servers = _next.Servers.Remove(server.Id) };
    }

    private void RemoveFloatingIp(FloatingIp floating)
    {
        _next = _next with { FloatingIps = _next.FloatingIps.Remove(floating.Id) };
        Note(ResourceKind.FloatingIp, floating.Address.ToString(), floating.Id);
    }

    private void RemovePort(Port port)
    {
        if (port.DeviceOwner is DeviceOwners.RouterInterface or DeviceOwners.RouterGateway)
            RefuseIfUsed(ResourceKind.Port, Subjects.Name(port), [User(port)]);
        Drop(port);
    }

    private void Drop(Port port)
    {
        _next = _next with
        {
            Ports = _next.Ports.Remove(port.Id),
            FloatingIps = _next.FloatingIps.SetItems(
                from f in _next.FloatingIps.Values where f.PortId == port.Id select KeyValuePair.Create(f.Id, f with { PortId = null, FixedAddress = null })),
        };
        Note(ResourceKind.Port, port.Name, port.Id);
    }

    private string User(Port port) => port.DeviceOwner switch
    {
        DeviceOwners.RouterInterface or DeviceOwners.RouterGateway when _before.Routers.TryGetValue(port.DeviceId, out var router) => Subjects.Of(ResourceKind.Router, router.Name),
        _ when _before.Servers.TryGetValue(port.DeviceId, out var server) => Subjects.Of(ResourceKind.Server, server.Name),
        _ => Subjects.Of(ResourceKind.Port, Subjects.Name(port)),
    };

    private static string Subject(FloatingIp floating) => Subjects.Of(ResourceKind.FloatingIp, floating.Address.ToString());

    private static void RefuseIfUsed(ResourceKind kind, string name, params ReadOnlySpan<IEnumerable<string>> users)
    {
        List<string> all = [];
        foreach (var some in users) all.AddRange(some.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        if (all.Count == 0) return;
        var more = all.Count > MostNamed ? $" and {all.Count - MostNamed} more" : "";
        throw new InventoryRuleException([new RuleViolation(Subjects.Of(kind, name), "delete", $"is in use by {string.Join(", ", all.Take(MostNamed))}{more}")]);
    }

    private void Note(ResourceKind kind, string name, string id) => _items.Add(new PlanItem(PlanAction.Deleted, kind, name, id, []));
}
