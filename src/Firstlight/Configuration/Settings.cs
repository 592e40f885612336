using System.Collections.Immutable;
using System.Net;
using Firstlight.Agent;
using Firstlight.Agent.Forward;
using Firstlight.Api.Listen;
using Firstlight.Api.VendorData;
using Firstlight.Plumbing.Reconcile;
using Microsoft.Extensions.Logging;

namespace Firstlight.Configuration;

/// <summary>The configuration of one start: checked, typed, immutable. The option catalogue says what each value means.</summary>
internal sealed partial record Settings
{
    /// <summary>What it was read for.</summary>
    public required ProgramRole Role { get; init; }

    /// <summary>Files it was read from, in order.</summary>
    public required ImmutableArray<string> Files { get; init; }

    /// <summary>Lines to log at start: options not honoured, older names, a readable secret file.</summary>
    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>Directory of everything that is kept.</summary>
    public required string StatePath { get; init; }

    /// <summary>The inventory's file.</summary>
    public string InventoryPath => Path.Combine(StatePath, "inventory.sqlite");

    /// <summary>Name of this host; never empty.</summary>
    public required string Host { get; init; }

    /// <summary>What instance ids are signed and verified with. Empty only under <see cref="StrictNova"/>, in checks, or for a verb that found none.</summary>
    public required Secret SharedSecret { get; init; }

    /// <summary>Answer as Nova does even where it crashes.</summary>
    public required bool StrictNova { get; init; }

    /// <summary>Where /healthz, /readyz, /metrics and /status are served; null for nowhere.</summary>
    public required IPEndPoint? ManagementListen { get; init; }

    /// <summary>Where running roles leave a file each; null for the usual place.</summary>
    public required string? RunDirectory { get; init; }

    /// <summary>How log lines look.</summary>
    public required LogSettings Log { get; init; }

    /// <summary>Bounds on clients, the same for guests and for the API.</summary>
    public required LimitSettings Limits { get; init; }

    /// <summary>What a metadata API on Nova's databases does otherwise than Nova's own, one line each, for <c>--check-config</c>.</summary>
    public required ImmutableArray<string> Differences { get; init; }

    /// <summary>The metadata API.</summary>
    public required ApiSettings Api { get; init; }

    /// <summary>Config drives.</summary>
    public required ConfigDriveSettings ConfigDrive { get; init; }

    /// <summary>Nova's databases; null where instances are read from the inventory.</summary>
    public required NovaSettings? Nova { get; init; }

    /// <summary>The metadata agent.</summary>
    public required AgentSettings Agent { get; init; }

    /// <summary>The agent beside Neutron's own; null in other roles.</summary>
    public required NeutronAgentSettings? NeutronAgent { get; init; }

    /// <summary>The socket of haproxies.</summary>
    public required ProxySocketOptions ProxySocket { get; init; }

    /// <summary>The haproxies of this host's own namespaces; null where the agent listens there itself.</summary>
    public required WantedProxy? Haproxy { get; init; }

    /// <summary>DHCP namespaces.</summary>
    public required DhcpSettings Dhcp { get; init; }

    /// <summary>Router namespaces.</summary>
    public required RouterSettings Router { get; init; }
}

/// <summary>Logging.</summary>
/// <param name="Json">One JSON object a line instead of text.</param>
/// <param name="Level">Least level logged.</param>
internal sealed record LogSettings(bool Json, LogLevel Level);

/// <summary>Bounds on clients.</summary>
/// <param name="MaxConcurrentRequests">Requests worked on at one time.</param>
/// <param name="HeaderTimeout">Time for request line and headers.</param>
/// <param name="IdleTimeout">Time a connection may be silent.</param>
internal sealed record LimitSettings(int MaxConcurrentRequests, TimeSpan HeaderTimeout, TimeSpan IdleTimeout);

/// <summary>The metadata API.</summary>
/// <param name="Listen">Where it listens.</param>
/// <param name="CacheExpiration">Life of documents where the store cannot tell of changes; zero keeps none.</param>
/// <param name="DhcpDomain">Domain of host names, may be empty.</param>
/// <param name="VendordataProviders">Providers by Nova's names.</param>
/// <param name="VendordataJsonfilePath">File of static vendor data, or null.</param>
/// <param name="NewestVersion">Newest OpenStack version told, or null for all.</param>
/// <param name="SnapshotCacheBytes">Most memory of rendered documents.</param>
internal sealed record ApiSettings(
    IPEndPoint Listen,
    TimeSpan CacheExpiration,
    string DhcpDomain,
    ImmutableArray<string> VendordataProviders,
    string? VendordataJsonfilePath,
    string? NewestVersion,
    long SnapshotCacheBytes)
{
    /// <summary>Services that add to vendor data, and the account they are asked with.</summary>
    public required DynamicVendorDataOptions DynamicVendorData { get; init; }

    /// <summary>TLS towards clients; null for plain HTTP.</summary>
    public required TlsSettings? Tls { get; init; }

    /// <summary>Whether a connection may be used for another request.</summary>
    public required bool KeepAlive { get; init; }

    /// <summary>What reads requests.</summary>
    public required ApiEngine Engine { get; init; }

    /// <summary>Longest header line in bytes.</summary>
    public required int MaxHeaderLine { get; init; }

    /// <summary>Whether a proxy says who asks; otherwise guests are found by address.</summary>
    public required bool ServiceMetadataProxy { get; init; }

    /// <summary>Whether X-Forwarded-For stands for the address of a guest.</summary>
    public required bool UseForwardedFor { get; init; }

    /// <summary>Whether the headers of a proxy in front tell the address of a guest.</summary>
    public required bool EnableProxyHeadersParsing { get; init; }
}

/// <summary>Config drives.</summary>
/// <param name="Format">iso9660 or vfat.</param>
/// <param name="SkippedVersions">EC2 versions left off.</param>
internal sealed record ConfigDriveSettings(string Format, ImmutableArray<string> SkippedVersions);

/// <summary>The metadata agent.</summary>
/// <param name="Upstream">Where signed requests go.</param>
/// <param name="StaleIfError">Age up to which a last good answer stands in for a missing one.</param>
/// <param name="RateLimit">How much a guest may ask; null for as much as it likes.</param>
/// <param name="NeutronRelease">Release whose refusals and error pages are given.</param>
/// <param name="Engine">What answers guests.</param>
/// <param name="Loops">Threads of the lean one; 0 for as many as suit the processors.</param>
internal sealed record AgentSettings(HttpUpstreamOptions Upstream, TimeSpan StaleIfError, RateLimitOptions? RateLimit, int NeutronRelease, GuestEngine Engine, int Loops)
{
    /// <summary>The first metadata API, which a verb that asks one asks.</summary>
    public Uri MetadataApi => new UriBuilder(Upstream.Protocol, Upstream.Addresses[0].Host.Contains(':', StringComparison.Ordinal) ? $"[{Upstream.Addresses[0].Host}]" : Upstream.Addresses[0].Host, Upstream.Addresses[0].Port).Uri;
}

/// <summary>DHCP namespaces.</summary>
/// <param name="EnableIsolatedMetadata">Serve networks without a router.</param>
/// <param name="ForceMetadata">Serve every network.</param>
/// <param name="LeaseDuration">Length of a lease; null for ever.</param>
/// <param name="DnsDomain">Domain told to guests, may be empty.</param>
internal sealed record DhcpSettings(bool EnableIsolatedMetadata, bool ForceMetadata, TimeSpan? LeaseDuration, string DnsDomain)
{
    /// <summary>What dnsmasq does besides.</summary>
    public DnsmasqTuning Dnsmasq { get; init; } = new();
}

/// <summary>Router namespaces.</summary>
/// <param name="EnableMetadataProxy">Serve metadata there.</param>
/// <param name="MetadataPort">Port of the listener.</param>
/// <param name="MetadataAccessMark">Mark of packets for the metadata address, 16 bits.</param>
internal sealed record RouterSettings(bool EnableMetadataProxy, int MetadataPort, uint MetadataAccessMark);
