namespace Firstlight.Api.Listen;

/// <summary>Bounds on what a peer of the metadata API may send.</summary>
public sealed record MetadataApiLimits
{
    /// <summary>Request line in bytes. Default 8 KiB.</summary>
    public int RequestLineBytes { get; init; } = 8 << 10;

    /// <summary>One header line in bytes (name, separator, value). Default 8 KiB.</summary>
    public int HeaderLineBytes { get; init; } = 8 << 10;

    /// <summary>All header lines in bytes. Default 32 KiB.</summary>
    public int HeaderBytes { get; init; } = 32 << 10;

    /// <summary>Body in bytes. Default 64 KiB.</summary>
    public long BodyBytes { get; init; } = 64 << 10;

    /// <summary>Time to send all headers. Default 30 s.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time a connection may idle between requests. Default 30 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a connection may be used for another request. Default true.</summary>
    public bool KeepAlive { get; init; } = true;

    /// <summary>Time running requests get to finish when the server stops. Default 5 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
