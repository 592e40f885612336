using System.Collections.Immutable;

namespace Firstlight.Inventory.Own.Model;

/// <summary>All of the inventory at one revision: an immutable value that plans, rules and the host agent are functions of.</summary>
/// <remarks>Every change is a function from one cloud to the next; the store writes the difference in one transaction after the rules held.</remarks>
public sealed record Cloud
{
    /// <summary>A cloud with nothing in it.</summary>
    public static Cloud Empty { get; } = new();

    /// <summary>Revision it was read at; 0 for an empty store.</summary>
    public long Revision { get; init; }

    /// <summary>Projects by id.</summary>
    public ImmutableDictionary<string, Project> Projects { get; init; } = ImmutableDictionary<string, Project>.Empty;

    /// <summary>Networks by id.</summary>
    public ImmutableDictionary<string, Network> Networks { get; init; } = ImmutableDictionary<string, Network>.Empty;

    /// <summary>Subnets by id.</summary>
    public ImmutableDictionary<string, Subnet> Subnets { get; init; } = ImmutableDictionary<string, Subnet>.Empty;

    /// <summary>Routers by id.</summary>
    public ImmutableDictionary<string, Router> Routers { get; init; } = ImmutableDictionary<string, Router>.Empty;

    /// <summary>Floating addresses by id.</summary>
    public ImmutableDictionary<string, FloatingIp> FloatingIps { get; init; } = ImmutableDictionary<string, FloatingIp>.Empty;

    /// <summary>Ports by id.</summary>
    public ImmutableDictionary<string, Port> Ports { get; init; } = ImmutableDictionary<string, Port>.Empty;

    /// <summary>Servers by id.</summary>
    public ImmutableDictionary<string, Server> Servers { get; init; } = ImmutableDictionary<string, Server>.Empty;

    /// <summary>Key pairs by (project, name).</summary>
    public ImmutableDictionary<(string ProjectId, string Name), StoredKeyPair> KeyPairs { get; init; } =
        ImmutableDictionary<(string, string), StoredKeyPair>.Empty;
}
