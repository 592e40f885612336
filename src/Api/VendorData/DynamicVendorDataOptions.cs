using Firstlight.Inventory.Neutron.Keystone;

namespace Firstlight.Api.VendorData;

/// <summary>Services that add to <c>vendor_data2.json</c>. Option names in brackets are Nova's.</summary>
public sealed record DynamicVendorDataOptions
{
    /// <summary><c>name@url</c> in order, split at the first <c>@</c> (<c>[api] vendordata_dynamic_targets</c>). Default none.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>PEM file of the authorities of https targets (<c>[api] vendordata_dynamic_ssl_certfile</c>); null for the system's.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Time to connect to a target (<c>[api] vendordata_dynamic_connect_timeout</c>). Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time a target has to begin its answer, and again to finish it (<c>[api] vendordata_dynamic_read_timeout</c>). Default 5 s.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the document fails with one target (<c>[api] vendordata_dynamic_failure_fatal</c>); else (default) its value is <c>{}</c>.</summary>
    public bool FailureFatal { get; init; }

    /// <summary>Account whose token the targets are sent (<c>[vendordata_dynamic_auth]</c>); null (default) sends none, with a warning.</summary>
    public KeystoneOptions? Auth { get; init; }
}
