using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>Every option we know: those we honour, those we accept, and those of Nova and Neutron we name in a warning.</summary>
internal static partial class OptionCatalogue
{
    /// <summary>Our own section.</summary>
    public const string OwnSection = "firstlight";

    /// <summary>All of them, in the order the reference lists them.</summary>
    public static ImmutableArray<OptionDefinition> All => Lists.All;

    /// <summary>By section and name.</summary>
    public static IReadOnlyDictionary<OptionName, OptionDefinition> ByName => Lists.ByName;

    /// <summary>By older section and name.</summary>
    public static IReadOnlyDictionary<OptionName, OptionDefinition> ByAlias => Lists.ByAlias;

    // A class of its own, because initialisers of a partial class run in the order of its files, which nobody states.
    private static class Lists
    {
        internal static readonly ImmutableArray<OptionDefinition> All =
        [
            StatePath, Host, Debug,
            MetadataListen, MetadataListenPort, MetadataWorkers,
            NovaMetadataHost, NovaMetadataPort, NovaMetadataProtocol, NovaMetadataInsecure, AgentSharedSecret,
            EnableIsolatedMetadata, ForceMetadata, DhcpLeaseDuration, DnsDomain,
            DnsmasqConfigFile, DnsmasqDnsServers, DnsmasqLocalResolv, DnsmasqLeaseMax, DhcpBroadcastReply, DhcpRenewalTime, DhcpRebindingTime,
            EnableMetadataProxy, MetadataPort, MetadataAccessMark,
            MetadataProxySocket, MetadataProxySocketMode, MetadataProxyUser, MetadataProxyGroup, MetadataBacklog, AuthCaCert, NovaClientCert, NovaClientPrivKey,
            TransportUrl, NeutronAuthStrategy,
            EnabledSslApis,
            MetadataCacheExpiration, DhcpDomain, LocalMetadataPerCell, UseForwardedFor, VendordataProviders, VendordataJsonfilePath, VendordataDynamicTargets,
            VendordataDynamicSslCertfile, VendordataDynamicConnectTimeout, VendordataDynamicReadTimeout, VendordataDynamicFailureFatal,
            .. VendordataAuth.All,
            ConfigDriveFormat, ConfigDriveSkipVersions,
            ApiDatabaseConnection, DatabaseConnection,
            ServiceMetadataProxy, ApiSharedSecret,
            .. NeutronAuth.All, NeutronEndpointOverride, NeutronEndpoint, NeutronRegionName, NeutronValidInterfaces, NeutronServiceType, NeutronHttpRetries,
            .. NeutronServiceAuth.All,
            ReportInterval, LogAgentHeartbeats, RabbitTls, RabbitTlsCaFile, RabbitTlsCertFile, RabbitTlsKeyFile, RabbitTlsHostName,
            ProxyConnectTimeout, ProxyClientTimeout, ProxyServerTimeout, ProxyRequestTimeout, ProxyKeepAliveTimeout,
            RateLimitEnabled, RateLimitIpVersions, BaseWindowDuration, BaseQueryRateLimit, BurstWindowDuration, BurstQueryRateLimit,
            SslCertFile, SslKeyFile, SslCaFile, ClientSocketTimeout, KeepAlive, MaxHeaderLine, SecureProxySslHeader,
            EnableProxyHeadersParsing,
            ManagementListen, RunDirectory, LogFormat, LogLevel, SharedSecretFile, StrictNova, NewestVersion, SnapshotCacheBytes, StaleIfError,
            MaxConcurrentRequests, HeaderTimeout, IdleTimeout, GuestEngine, GuestLoops, ApiEngine, CellTimeout, AllotEc2Ids,
            MetadataProxy, AgentListen, StandInDirectory, OnlyRegisteredNamespaces, PortCacheTime, NeutronRelease, AcceptQuantumHeaders, SendRequestId, MetadataApiInProcess,
            .. Unhonoured,
        ];

        internal static readonly Dictionary<OptionName, OptionDefinition> ByName = [];

        internal static readonly Dictionary<OptionName, OptionDefinition> ByAlias = [];

        static Lists()
        {
            foreach (var option in All)
            {
                ByName.Add(new OptionName(option.Section, option.Name), option);
                foreach (var alias in option.Aliases) ByAlias.Add(alias, option);
            }
        }
    }
}
