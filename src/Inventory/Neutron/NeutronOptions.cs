namespace Firstlight.Inventory.Neutron;

/// <summary>Where and how Neutron's Networking API is asked. Option names are those of Nova's <c>[neutron]</c> section.</summary>
public sealed record NeutronOptions
{
    /// <summary>Address of the API, with or without <c>/v2.0</c> (<c>endpoint_override</c>); null (default) takes the catalog's.</summary>
    public Uri? EndpointOverride { get; init; }

    /// <summary>Region in the catalog (<c>region_name</c>); null (default) for any.</summary>
    public string? Region { get; init; }

    /// <summary>Interfaces in the catalog, best first (<c>valid_interfaces</c>). Default internal, public.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = ["internal", "public"];

    /// <summary>Service type in the catalog (<c>service_type</c>). Default <c>network</c>.</summary>
    public string ServiceType { get; init; } = "network";

    /// <summary>TLS towards Neutron.</summary>
    public ServiceTrust Trust { get; init; } = new();

    /// <summary>Bound on one request with its repetitions and its token (<c>timeout</c>). Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is repeated after a failed connection or a 503 (<c>http_retries</c>). Default 3.</summary>
    public int Retries { get; init; } = 3;
}
