namespace Firstlight.Plumbing.Reconcile;

/// <summary>Where and how hard the plumber works.</summary>
public sealed record PlumbingOptions
{
    /// <summary>State directory (<c>$state_path</c>): <c>dhcp/</c>, <c>ra/</c> and <c>plumbing/</c> are made in it,
    /// and <c>ns-metadata-proxy/</c> and <c>external/pids/</c> where haproxy is wanted.
    /// dnsmasq reads its files after it dropped root, so every directory on the way must let others pass (mode o+x).</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Whether haproxy will be wanted, so that <see cref="HostPlumber.Preflight"/> names it when it is missing; default false.</summary>
    public bool Haproxy { get; init; }

    /// <summary>Networks and routers worked on at once; default 4 (Neutron's <c>num_sync_threads</c>).</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>Longest any one program may take; default 30 seconds.</summary>
    public TimeSpan ProgramDeadline { get; init; } = TimeSpan.FromSeconds(30);
}
