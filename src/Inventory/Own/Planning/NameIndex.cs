using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>Names and ids of everything, kept up to date while a plan grows. Keys are ids; a key pair's is <c>project/name</c>.</summary>
/// <remarks>A kind is gone through when something of it is asked for: a plan for a network has no use for the names of all ports.</remarks>
/// <param name="cloud">What there is before the plan.</param>
internal sealed class NameIndex(Cloud cloud)
{
    private readonly Dictionary<(ResourceKind, string Name), List<string>> _byName = [];
    private readonly Dictionary<(ResourceKind, string Id), (string Name, string Scope, string Project)> _byId = [];
    private readonly HashSet<ResourceKind> _read = [];

    /// <summary>Adds a thing or takes note of its new name.</summary>
    /// <param name="kind">Kind of thing.</param>
    /// <param name="id">Its key.</param>
    /// <param name="name">Its name, may be empty for a port.</param>
    /// <param name="scope">Within which names are unique: a project's id, or the network's for subnets and ports.</param>
    /// <param name="project">Owning project.</param>
    public void Put(ResourceKind kind, string id, string name, string scope, string project)
    {
        Read(kind);
        Add(kind, id, name, scope, project);
    }

    /// <summary>The thing of that name within a scope, or null.</summary>
    public string? InScope(ResourceKind kind, string name, string scope)
    {
        Read(kind);
        return _byName.TryGetValue((kind, name), out var ids) ? ids.Find(id => _byId[(kind, id)].Scope == scope) : null;
    }

    /// <summary>Finds a thing by id, else by name.</summary>
    /// <param name="kind">Kind of thing.</param>
    /// <param name="nameOrId">Name or id.</param>
    /// <param name="projectId">Where to look names up, or null for everywhere.</param>
    /// <param name="problem">What to tell the user when nothing or too much is found.</param>
    public string? Find(ResourceKind kind, string nameOrId, string? projectId, out string problem)
    {
        problem = "";
        Read(kind);
        if (AsId(kind, nameOrId) is { } byId) return byId;
        List<string> ids = _byName.TryGetValue((kind, nameOrId), out var named) ? [.. named.Where(id => projectId is null || _byId[(kind, id)].Project == projectId)] : [];
        if (ids.Count == 1) return ids[0];

        var subject = Subjects.Of(kind, nameOrId);
        if (ids.Count > 1)
        {
            var owners = ids.Select(id => ProjectName(_byId[(kind, id)].Project)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            problem = owners.Count > 1
                ? $"{subject} is there {ids.Count} times (projects {string.Join(", ", owners)}): say which project, or give the id"
                : $"{subject} is there {ids.Count} times: give the id";
        }
        else
        {
            problem = projectId is null ? $"there is no {subject}" : $"there is no {subject} in project {ProjectName(projectId)}";
            var known = _byName.Where(n => n.Key.Item1 == kind && n.Value.Count > 0).Select(n => n.Key.Name);
            if (Nearest.Of(nameOrId, known) is { } near) problem += $"; did you mean {near}?";
        }
        return null;
    }

    private void Read(ResourceKind kind)
    {
        if (!_read.Add(kind)) return;
        switch (kind)
        {
            case ResourceKind.Project:
                foreach (var p in cloud.Projects.Values) Add(kind, p.Id, p.Name, "", p.Id);
                break;
            case ResourceKind.Network:
                foreach (var n in cloud.Networks.Values) Add(kind, n.Id, n.Name, n.ProjectId, n.ProjectId);
                break;
            case ResourceKind.Subnet:
                foreach (var s in cloud.Subnets.Values) Add(kind, s.Id, s.Name, s.NetworkId, cloud.Networks.GetValueOrDefault(s.NetworkId)?.ProjectId ?? "");
                break;
            case ResourceKind.Router:
                foreach (var r in cloud.Routers.Values) Add(kind, r.Id, r.Name, r.ProjectId, r.ProjectId);
                break;
            case ResourceKind.KeyPair:
                foreach (var k in cloud.KeyPairs.Values) Add(kind, Checks.KeyPairChecks.Id(k), k.Name, k.ProjectId, k.ProjectId);
                break;
            case ResourceKind.Server:
                foreach (var s in cloud.Servers.Values) Add(kind, s.Id, s.Name, s.ProjectId, s.ProjectId);
                break;
            case ResourceKind.FloatingIp:
                foreach (var f in cloud.FloatingIps.Values) Add(kind, f.Id, f.Address.ToString(), f.NetworkId, f.ProjectId);
                break;
            case ResourceKind.Port:
                foreach (var p in cloud.Ports.Values) Add(kind, p.Id, p.Name, p.NetworkId, p.ProjectId);
                break;
        }
    }

    private void Add(ResourceKind kind, string id, string name, string scope, string project)
    {
        var former = _byId.TryGetValue((kind, id), out var old) ? old.Name : "";
        _byId[(kind, id)] = (name, scope, project);
        if (former == name) return;
        if (former.Length > 0) _byName[(kind, former)].Remove(id);
        if (name.Length == 0) return;
        if (!_byName.TryGetValue((kind, name), out var ids)) _byName[(kind, name)] = ids = [];
        ids.Add(id);
    }

    private string? AsId(ResourceKind kind, string text)
    {
        if (_byId.ContainsKey((kind, text)) && kind != ResourceKind.KeyPair) return text;
        if (!Guid.TryParse(text, out var uuid)) return null;
        foreach (var form in (string[])["D", "N"])
        {
            if (_byId.ContainsKey((kind, uuid.ToString(form)))) return uuid.ToString(form);
        }
        return null;
    }

    private string ProjectName(string id)
    {
        Read(ResourceKind.Project);
        return _byId.TryGetValue((ResourceKind.Project, id), out var project) ? project.Name : id;
    }
}
