using Firstlight.Bench.Peers;

namespace Firstlight.Bench.OpenStack;

/// <summary>A kind of part on the way of a request.</summary>
internal enum PartKind
{
    /// <summary>haproxy, one for each network.</summary>
    Proxy,

    /// <summary>The metadata agent of the host.</summary>
    Agent,

    /// <summary>Nova's metadata API.</summary>
    Api,

    /// <summary>Neutron's server and the message bus.</summary>
    Neutron,

    /// <summary>The database server.</summary>
    Database,
}

/// <summary>A part on the way of a request, and the processes it is.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Pids">Ids on this machine; descendants count as well.</param>
internal sealed record PathPart(PartKind Kind, IReadOnlyList<int> Pids);

/// <summary>One way from a guest to its documents. All ways run side by side: they differ in the port the guest asks.</summary>
/// <param name="name">Short name.</param>
/// <param name="description">For the table.</param>
/// <param name="port">What the guest asks.</param>
/// <param name="parts">All on the way.</param>
internal sealed class MetadataPath(string name, string description, int port, IReadOnlyList<PathPart> parts) : Peer
{
    public override string Name => name;

    public override string Description => description;

    public override string Url => $"http://169.254.169.254:{Port}/openstack/latest/meta_data.json";

    public int Port => port;

    /// <summary>Nothing of it is ours.</summary>
    public bool IsReal => name is MetadataPaths.Real or MetadataPaths.RealCached;

    public IReadOnlyList<PathPart> Parts => parts;

    /// <summary>Those on the guest's host; the rest is the same whoever asks it.</summary>
    public override IEnumerable<int> Pids => parts.Where(p => p.Kind is PartKind.Proxy or PartKind.Agent).SelectMany(p => p.Pids);
}
