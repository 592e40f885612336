using System.Collections.Immutable;
using Firstlight.Inventory.Own.Checks;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>A cloud being planned: what it holds so far, what went wrong, and where each thing was written.</summary>
internal sealed class Draft
{
    private readonly Cloud _before;
    private readonly ThingsDraft<string, Project> _projects;
    private readonly ThingsDraft<string, Network> _networks;
    private readonly ThingsDraft<string, Subnet> _subnets;
    private readonly ThingsDraft<string, Router> _routers;
    private readonly ThingsDraft<string, Port> _ports;
    private readonly ThingsDraft<string, Server> _servers;
    private readonly ThingsDraft<(string ProjectId, string Name), StoredKeyPair> _keyPairs;
    private readonly ThingsDraft<string, FloatingIp> _floatingIps;
    private readonly List<RuleViolation> _violations = [];
    private readonly HashSet<(ResourceKind, string Name)> _failed = [];
    private readonly List<(ResourceKind Kind, string Id, string Name)> _touched = [];
    private readonly Dictionary<(ResourceKind, string Id), SpecSource?> _sources = [];
    private readonly SortedSet<(string RouterId, string Field)> _newLegs = [];
    private Allotment? _allotment;
    private Dictionary<string, HashSet<string>>? _portsByDevice;
    private Dictionary<string, HashSet<string>>? _subnetsByNetwork;

    public Draft(Cloud before)
    {
        _before = before;
        _projects = new(before.AllProjects);
        _networks = new(before.AllNetworks);
        _subnets = new(before.AllSubnets);
        _routers = new(before.AllRouters);
        _ports = new(before.AllPorts);
        _servers = new(before.AllServers);
        _keyPairs = new(before.AllKeyPairs);
        _floatingIps = new(before.AllFloatingIps);
        Names = new NameIndex(before);
    }

    public IReadOnlyDictionary<string, Project> Projects => _projects.Now;

    public IReadOnlyDictionary<string, Network> Networks => _networks.Now;

    public IReadOnlyDictionary<string, Subnet> Subnets => _subnets.Now;

    public IReadOnlyDictionary<string, Router> Routers => _routers.Now;

    public IReadOnlyDictionary<string, Port> Ports => _ports.Now;

    public IReadOnlyDictionary<string, Server> Servers => _servers.Now;

    public IReadOnlyDictionary<(string ProjectId, string Name), StoredKeyPair> KeyPairs => _keyPairs.Now;

    public IReadOnlyDictionary<string, FloatingIp> FloatingIps => _floatingIps.Now;

    public NameIndex Names { get; }

    // What goes through all ports is made when a plan has to do with ports.
    public Allotment Allotment => _allotment ??= new Allotment(_before);

    private Dictionary<string, HashSet<string>> PortsByDevice => _portsByDevice ??= Groups(_before.Ports.Values, p => p.DeviceId, p => p.Id);

    private Dictionary<string, HashSet<string>> SubnetsByNetwork => _subnetsByNetwork ??= Groups(_before.Subnets.Values, s => s.NetworkId, s => s.Id);

    public void Put(Project project, Spec? spec)
    {
        _projects.Put(project.Id, project);
        Names.Put(ResourceKind.Project, project.Id, project.Name, "", project.Id);
        Touch(ResourceKind.Project, project.Id, project.Name, spec);
    }

    public void Put(Network network, Spec spec)
    {
        _networks.Put(network.Id, network);
        Names.Put(ResourceKind.Network, network.Id, network.Name, network.ProjectId, network.ProjectId);
        Touch(ResourceKind.Network, network.Id, network.Name, spec);
    }

    public void Put(Subnet subnet, Spec spec)
    {
        _subnets.Put(subnet.Id, subnet);
        Group(SubnetsByNetwork, subnet.NetworkId).Add(subnet.Id);
        Names.Put(ResourceKind.Subnet, subnet.Id, subnet.Name, subnet.NetworkId, Networks[subnet.NetworkId].ProjectId);
        Touch(ResourceKind.Subnet, subnet.Id, subnet.Name, spec);
    }

    public void Put(Router router, Spec spec)
    {
        _routers.Put(router.Id, router);
        Names.Put(ResourceKind.Router, router.Id, router.Name, router.ProjectId, router.ProjectId);
        Touch(ResourceKind.Router, router.Id, router.Name, spec);
    }

    public void Put(StoredKeyPair pair, Spec spec)
    {
        _keyPairs.Put((pair.ProjectId, pair.Name), pair);
        Names.Put(ResourceKind.KeyPair, KeyPairChecks.Id(pair), pair.Name, pair.ProjectId, pair.ProjectId);
        Touch(ResourceKind.KeyPair, KeyPairChecks.Id(pair), pair.Name, spec);
    }

    public void Put(Server server, Spec spec)
    {
        _servers.Put(server.Id, server);
        Names.Put(ResourceKind.Server, server.Id, server.Name, server.ProjectId, server.ProjectId);
        Touch(ResourceKind.Server, server.Id, server.Name, spec);
    }

    public void Put(FloatingIp floating, Spec spec)
    {
        _floatingIps.Put(floating.Id, floating);
        Names.Put(ResourceKind.FloatingIp, floating.Id, floating.Address.ToString(), floating.NetworkId, floating.ProjectId);
        Touch(ResourceKind.FloatingIp, floating.Id, floating.Address.ToString(), spec);
    }

    /// <summary>Adds or replaces a port that a spec asks for.</summary>
    public void Put(Port port, string shownName, Spec spec)
    {
        Put(port);
        Touch(ResourceKind.Port, port.Id, shownName, spec);
    }

    /// <summary>Adds or replaces a port that comes with something else and has no line of its own in the plan.</summary>
    public void Put(Port port)
    {
        if (Ports.TryGetValue(port.Id, out var old)) Group(PortsByDevice, old.DeviceId).Remove(port.Id);
        _ports.Put(port.Id, port);
        Group(PortsByDevice, port.DeviceId).Add(port.Id);
        Names.Put(ResourceKind.Port, port.Id, port.Name, port.NetworkId, port.ProjectId);
    }

    /// <summary>Takes note that ports of a router changed, which no field of its own tells.</summary>
    /// <param name="routerId">The router.</param>
    /// <param name="field"><c>interfaces</c> or <c>gateway</c>.</param>
    public void LegsChanged(string routerId, string field) => _newLegs.Add((routerId, field));

    /// <summary>Lets what came with a spec answer to its line.</summary>
    public void WrittenAt(ResourceKind kind, string id, Spec spec) => _sources[(kind, id)] = spec.Source;

    /// <summary>Ports of a device in the order they were attached.</summary>
    public List<Port> PortsOf(string deviceId) =>
        [.. (PortsByDevice.GetValueOrDefault(deviceId) ?? []).Select(id => Ports[id]).OrderBy(p => p.AttachIndex).ThenBy(p => p.Id, StringComparer.Ordinal)];

    public void Remove(Port port)
    {
        _ports.Remove(port.Id);
        Group(PortsByDevice, port.DeviceId).Remove(port.Id);
    }

    /// <summary>Subnets of a network by name.</summary>
    public List<Subnet> SubnetsOf(string networkId) =>
        [.. (SubnetsByNetwork.GetValueOrDefault(networkId) ?? []).Select(id => Subnets[id]).OrderBy(s => s.Name, StringComparer.Ordinal).ThenBy(s => s.Id, StringComparer.Ordinal)];

    /// <summary>Reports a broken rule of a spec. Whoever refers to what failed is not told off for that as well.</summary>
    public void Fail(Spec spec, ResourceKind kind, string name, string field, string rule)
    {
        _violations.Add(new RuleViolation(Subjects.Of(kind, name), field, rule, spec.Source?.LineOf(field)));
        _failed.Add((kind, name));
    }

    /// <summary>Resolves a reference of a spec; null when it leads nowhere, which is reported then.</summary>
    public string? Refer(Spec spec, ResourceKind kind, string name, string field, ResourceKind target, string nameOrId, string? projectId)
    {
        var id = Names.Find(target, nameOrId, projectId, out var problem);
        if (id is not null) return id;
        if (_failed.Contains((target, nameOrId))) _failed.Add((kind, name));
        else Fail(spec, kind, name, field, problem);
        return null;
    }

    /// <summary>The plan, after all rules held.</summary>
    public Plan Finish()
    {
        var next = _before with
        {
            AllProjects = _projects.Next,
            AllNetworks = _networks.Next,
            AllSubnets = _subnets.Next,
            AllRouters = _routers.Next,
            AllPorts = _ports.Next,
            AllServers = _servers.Next,
            AllKeyPairs = _keyPairs.Next,
            AllFloatingIps = _floatingIps.Next,
        };
        foreach (var (kind, id, violation) in Rules.Check(_before, next))
        {
            var source = _sources.GetValueOrDefault((kind, id));
            _violations.Add(violation with { Line = source?.LineOf(violation.Field) });
        }
        if (_violations.Count > 0) throw new InventoryRuleException([.. _violations.OrderBy(v => v.Line ?? int.MaxValue)]);

        ImmutableArray<PlanItem> items = [.. _touched.Distinct().OrderBy(t => t.Kind).Select(t => Item(t.Kind, t.Id, t.Name, next))];
        var plan = new Plan(next, items);
        return plan.HasChanges ? plan : plan with { Next = _before };
    }

    private PlanItem Item(ResourceKind kind, string id, string name, Cloud next)
    {
        var fields = kind switch
        {
            ResourceKind.Project => Compare(_before.Projects, next.Projects, id, Differences.Of),
            ResourceKind.Network => Compare(_before.Networks, next.Networks, id, Differences.Of),
            ResourceKind.Subnet => Compare(_before.Subnets, next.Subnets, id, Differences.Of),
            ResourceKind.Router => Compare(_before.Routers, next.Routers, id, Differences.Of),
            ResourceKind.Server => Compare(_before.Servers, next.Servers, id, Differences.Of),
            ResourceKind.Port => Compare(_before.Ports, next.Ports, id, Differences.Of),
            ResourceKind.FloatingIp => Compare(_before.FloatingIps, next.FloatingIps, id, Differences.Of),
            _ => Compare(_before.KeyPairs, next.KeyPairs, (id[..^(name.Length + 1)], name), Differences.Of),
        };
        if (fields is { } some && kind == ResourceKind.Router) fields = some.AddRange(_newLegs.Where(l => l.RouterId == id).Select(l => l.Field));
        var action = fields is null ? PlanAction.Created : fields.Value.IsEmpty ? PlanAction.Unchanged : PlanAction.Changed;
        return new PlanItem(action, kind, name, kind == ResourceKind.KeyPair ? name : id, fields ?? []);
    }

    // Null when the thing is new.
    private static ImmutableArray<string>? Compare<TKey, T>(
        ImmutableDictionary<TKey, T> before, ImmutableDictionary<TKey, T> next, TKey key, Func<T, T, ImmutableArray<string>> differences)
        where TKey : notnull =>
        before.TryGetValue(key, out var old) ? differences(old, next[key]) : null;

    private void Touch(ResourceKind kind, string id, string name, Spec? spec)
    {
        _touched.Add((kind, id, name));
        if (spec is not null) _sources[(kind, id)] = spec.Source;
    }

    private static Dictionary<string, HashSet<string>> Groups<T>(IEnumerable<T> things, Func<T, string> key, Func<T, string> id) => things
        .GroupBy(key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Select(id).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    private static HashSet<string> Group(Dictionary<string, HashSet<string>> groups, string key)
    {
        if (!groups.TryGetValue(key, out var group)) groups[key] = group = new HashSet<string>(StringComparer.Ordinal);
        return group;
    }
}
