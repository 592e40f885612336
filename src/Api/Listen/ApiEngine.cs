namespace Firstlight.Api.Listen;

/// <summary>What reads the requests of the metadata API.</summary>
public enum ApiEngine
{
    /// <summary>Plain requests of agents are read and answered before Kestrel's HTTP, which has all others.</summary>
    Lean,

    /// <summary>Kestrel has all.</summary>
    Kestrel,
}
