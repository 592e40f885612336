using Firstlight.Agent;
using Firstlight.Api;
using Firstlight.Api.Listen;
using Firstlight.Configuration;
using Firstlight.Host;
using Firstlight.Inventory.Neutron.Heartbeat;
using Firstlight.Inventory.Nova;
using Firstlight.Metadata.Identity;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Roles;

/// <summary>From the settings of a start to the options of each room.</summary>
internal static class RoleOptions
{
    // Where the pipeline of Debian's package looks.
    private const string HealthcheckDisableFile = "/etc/nova/healthcheck_disable";

    public static Signature Signature(this Settings settings) => new(settings.SharedSecret.Reveal());

    public static ApiOptions ForApi(this Settings settings)
    {
        var defaults = new ApiOptions();
        return defaults with
        {
            DhcpDomain = settings.Api.DhcpDomain,
            VendorDataFile = settings.Api.VendordataJsonfilePath,
            VendorDataProviders = settings.Api.VendordataProviders,
            CacheExpiration = settings.Api.CacheExpiration,
            StaleIfError = settings.Agent.StaleIfError,
            SnapshotCacheBytes = settings.Api.SnapshotCacheBytes,
            StrictNova = settings.StrictNova,
            NewestVersion = settings.Api.NewestVersion ?? defaults.NewestVersion,
            DynamicVendorData = settings.Api.DynamicVendorData,
            ServiceMetadataProxy = settings.Api.ServiceMetadataProxy,
            UseForwardedFor = settings.Api.UseForwardedFor,
            EnableProxyHeadersParsing = settings.Api.EnableProxyHeadersParsing,
            HealthcheckDisableFile = settings.Nova is null ? null : HealthcheckDisableFile,
        };
    }

    public static MetadataApiLimits ForApiLimits(this Settings settings) => new()
    {
        HeaderTimeout = settings.Limits.HeaderTimeout,
        IdleTimeout = settings.Limits.IdleTimeout,
        HeaderLineBytes = settings.Api.MaxHeaderLine,
        HeaderBytes = Math.Max(new MetadataApiLimits().HeaderBytes, 2 * settings.Api.MaxHeaderLine),
        KeepAlive = settings.Api.KeepAlive,
    };

    public static MetadataApiTls? ForApiTls(this Settings settings) =>
        settings.Api.Tls is { } tls ? new MetadataApiTls(tls.CertificateFile, tls.KeyFile, tls.ClientAuthorityFile) : null;

    public static NovaOptions ForNova(this Settings settings, NovaSettings nova) => new()
    {
        ApiUrl = nova.ApiUrl,
        DefaultUrl = nova.DefaultUrl,
        LocalPerCell = nova.LocalPerCell,
        CellTimeout = nova.CellTimeout,
        MayAllot = nova.MayAllotEc2Ids,
        StrictNova = settings.StrictNova,
    };

    public static AgentOptions ForAgent(this Settings settings) => new()
    {
        Engine = settings.Agent.Engine,
        Loops = settings.Agent.Loops,
        MaxRequestsInFlight = settings.Limits.MaxConcurrentRequests,
        HeaderTimeout = settings.Limits.HeaderTimeout,
        IdleTimeout = settings.Limits.IdleTimeout,
        StaleIfError = settings.Agent.StaleIfError,
        RateLimit = settings.Agent.RateLimit,
        NeutronRelease = settings.Agent.NeutronRelease,
        ProxySocket = settings.Haproxy is null ? null : settings.ProxySocket,
    };

    public static HeartbeatOptions ForHeartbeat(this Settings settings, BusSettings bus) => new()
    {
        Url = bus.Url,
        Host = settings.Host,
        ReportInterval = bus.ReportInterval,
        LogAgentHeartbeats = bus.LogHeartbeats,
        MetadataProxySocket = settings.ProxySocket.Path,
        NovaMetadataHost = settings.Agent.Upstream.Host,
        NovaMetadataPort = settings.Agent.Upstream.Port,
        Tls = bus.Tls,
    };

    public static PlumbingOptions ForPlumbing(this Settings settings) => new() { StateDirectory = settings.StatePath, Haproxy = settings.Haproxy is not null };

    public static HostOptions ForHost(this Settings settings) => new()
    {
        ForceMetadata = settings.Dhcp.ForceMetadata,
        EnableIsolatedMetadata = settings.Dhcp.EnableIsolatedMetadata,
        EnableMetadataProxy = settings.Router.EnableMetadataProxy,
        MetadataPort = settings.Router.MetadataPort,
        MetadataAccessMark = (ushort)settings.Router.MetadataAccessMark,
        Haproxy = settings.Haproxy,
        DnsDomain = settings.Dhcp.DnsDomain,
        DhcpLeaseSeconds = settings.Dhcp.LeaseDuration is { } lease ? (int)lease.TotalSeconds : -1,
        Dnsmasq = settings.Dhcp.Dnsmasq,
    };
}
