namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>How <see cref="NeutronPortDirectory"/> asks and remembers.</summary>
public sealed record NeutronDirectoryOptions
{
    /// <summary>How old an answer may be that is given from memory; only ports that were found are remembered. Default 10 s; zero remembers nothing.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Ports of the largest network that is fetched whole; of larger ones only the ports that ask are. Default 2,000; zero fetches none whole.</summary>
    public int LargestNetwork { get; init; } = 2_000;

    /// <summary>How long a question waits for its whole network before it is asked by itself; the network still comes. Default 1 s.</summary>
    public TimeSpan PatienceForNetwork { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Networks of the largest router whose networks are fetched whole. Default 16.</summary>
    public int LargestRouter { get; init; } = 16;

    /// <summary>Bound on one request with its pages, its token and its repetitions, and on the wait for its turn. Default 5 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests to Neutron at one time. Default 16.</summary>
    public int MaxRequests { get; init; } = 16;

    /// <summary>Requests that may wait for their turn; further ones fail at once. Default 256.</summary>
    public int MaxWaiting { get; init; } = 256;

    /// <summary>Ports remembered in all. Default 100,000, which is about 50 MB.</summary>
    public int MaxPorts { get; init; } = 100_000;

    /// <summary>Networks and routers remembered in all. Default 20,000.</summary>
    public int MaxScopes { get; init; } = 20_000;

    /// <summary>How long Neutron is left alone after a failure; doubled with each further one up to <see cref="LongestPause"/>. Default 0.25 s.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>The longest such pause. Default 2 s: less than a guest waits for recovery.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(2);
}
