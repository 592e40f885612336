using Firstlight.Api.VendorData;
using Firstlight.Metadata.Documents.OpenStack;

namespace Firstlight.Api;

/// <summary>Settings of the metadata API. Option names in brackets are Nova's unless they say otherwise.</summary>
public sealed record ApiOptions
{
    /// <summary>Appended to host names behind a dot; empty for none (<c>[api] dhcp_domain</c>). Default <c>novalocal</c>.</summary>
    public string DhcpDomain { get; init; } = "novalocal";

    /// <summary>JSON file of vendor data, read whenever a snapshot is built (<c>[api] vendordata_jsonfile_path</c>); null for none.</summary>
    public string? VendorDataFile { get; init; }

    /// <summary><c>StaticJSON</c> and <c>DynamicJSON</c> in order (<c>[api] vendordata_providers</c>). Default <c>StaticJSON</c>.</summary>
    public IReadOnlyList<string> VendorDataProviders { get; init; } = ["StaticJSON"];

    /// <summary>
    /// How long a snapshot is served where the store cannot tell changes, counted from its build (<c>[api] metadata_cache_expiration</c>). Zero
    /// builds anew for each request. Default 15 s.
    /// </summary>
    public TimeSpan CacheExpiration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long the last good snapshot is served while the store cannot be reached (<c>[firstlight] stale_if_error</c>). Default 10 min.
    /// </summary>
    public TimeSpan StaleIfError { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Memory the snapshots may take, roughly; the least recently used go first (<c>[firstlight] snapshot_cache_bytes</c>). Default 256 MiB.
    /// </summary>
    public long SnapshotCacheBytes { get; init; } = 256L << 20;

    /// <summary>Whether to fail where Nova fails, for differential tests (<c>[firstlight] strict_nova</c>). Default false.</summary>
    public bool StrictNova { get; init; }

    /// <summary>
    /// Newest OpenStack version served, which <c>latest</c> means too; <see cref="OpenStackVersions.Zed"/> for byte-exact Zed. Default the newest.
    /// </summary>
    public string NewestVersion { get; init; } = OpenStackVersions.Newest;

    /// <summary>Services that add to <c>vendor_data2.json</c>, when <see cref="VendorDataProviders"/> has <c>DynamicJSON</c>.</summary>
    public DynamicVendorDataOptions DynamicVendorData { get; init; } = new();

    /// <summary>
    /// Whether a proxy says who asks (<c>[neutron] service_metadata_proxy</c>): Neutron's agent, or a load balancer. Otherwise guests are found by
    /// their address alone, which needs Neutron and a cloud without overlapping addresses. Default true, unlike Nova's.
    /// </summary>
    public bool ServiceMetadataProxy { get; init; } = true;

    /// <summary>
    /// Whether <c>X-Forwarded-For</c> stands for the peer's address when guests are found by address (<c>[api] use_forwarded_for</c>); anybody who
    /// reaches the port can then be anybody. Default false.
    /// </summary>
    public bool UseForwardedFor { get; init; }

    /// <summary>
    /// Whether <c>Forwarded</c>, or <c>X-Forwarded-For</c> without it, tells the peer's address
    /// (<c>[oslo_middleware] enable_proxy_headers_parsing</c>). Default false.
    /// </summary>
    public bool EnableProxyHeadersParsing { get; init; }

    /// <summary>While this file exists <c>/healthcheck</c> answers 503; null (default) for none.</summary>
    public string? HealthcheckDisableFile { get; init; }
}
