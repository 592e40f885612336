using System.Collections.Immutable;
using Firstlight.Agent;
using Firstlight.Inventory.Neutron;
using Known = Firstlight.Configuration.OptionCatalogue;

namespace Firstlight.Configuration;

/// <summary>Reads what every role that answers guests needs; mistakes go to the reader.</summary>
internal static class AgentReader
{
    /// <summary>The part every agent has.</summary>
    public static AgentSettings Read(OptionReader reader, ProgramRole role) => new(
        MetadataApis(reader),
        Trust(reader, role),
        reader.Read(Known.StaleIfError),
        RateLimit(reader),
        reader.Read(Known.NeutronRelease),
        reader.Read(Known.SendRequestId));

    /// <summary>The socket of haproxies.</summary>
    public static ProxySocketOptions ProxySocket(OptionReader reader) => new(reader.Read(Known.MetadataProxySocket))
    {
        Mode = reader.Read(Known.MetadataProxySocketMode) switch
        {
            "user" => ProxySocketMode.User,
            "group" => ProxySocketMode.Group,
            "all" => ProxySocketMode.All,
            _ => ProxySocketMode.Deduce,
        },
        ProxyUser = reader.Read(Known.MetadataProxyUser),
        ProxyGroup = reader.Read(Known.MetadataProxyGroup),
        Backlog = reader.Read(Known.MetadataBacklog),
        AcceptQuantumNames = reader.Read(Known.AcceptQuantumHeaders),
    };

    private static ImmutableArray<Uri> MetadataApis(OptionReader reader)
    {
        var (protocol, port) = (reader.Read(Known.NovaMetadataProtocol), reader.Read(Known.NovaMetadataPort));
        return
        [
            .. reader.Read(Known.NovaMetadataHost).Select(one =>
                new UriBuilder(protocol, one.Host.Contains(':', StringComparison.Ordinal) ? $"[{one.Host}]" : one.Host, one.Port ?? port).Uri),
        ];
    }

    private static ServiceTrust Trust(OptionReader reader, ProgramRole role)
    {
        var (certificate, key) = (reader.Read(Known.NovaClientCert), reader.Read(Known.NovaClientPrivKey));
        var both = certificate is not null && key is not null;
        var trust = new ServiceTrust
        {
            Insecure = reader.Read(Known.NovaMetadataInsecure),
            AuthorityFile = reader.Read(Known.AuthCaCert),
            CertificateFile = both ? certificate : null,
            KeyFile = both ? key : null,
        };
        if ((role & (ProgramRole.HostAgent | ProgramRole.MetadataAgent)) == ProgramRole.None || reader.Read(Known.NovaMetadataProtocol) != "https") return trust;
        if (!trust.Insecure) FileCheck.Readable(reader, Known.AuthCaCert, trust.AuthorityFile);
        FileCheck.Readable(reader, Known.NovaClientCert, trust.CertificateFile);
        FileCheck.Readable(reader, Known.NovaClientPrivKey, trust.KeyFile);
        return trust;
    }

    private static RateLimitOptions? RateLimit(OptionReader reader)
    {
        if (!reader.Read(Known.RateLimitEnabled)) return null;
        var versions = reader.Read(Known.RateLimitIpVersions);
        if (versions.IsEmpty || versions.Any(version => version is not ("4" or "6")))
            reader.Fail(Known.RateLimitIpVersions, "must name 4, 6 or both");
        return new RateLimitOptions
        {
            BaseLimit = reader.Read(Known.BaseQueryRateLimit),
            BaseWindow = reader.Read(Known.BaseWindowDuration),
            BurstLimit = reader.Read(Known.BurstQueryRateLimit),
            BurstWindow = reader.Read(Known.BurstWindowDuration),
            LimitsIPv4 = versions.Contains("4", StringComparer.Ordinal),
            LimitsIPv6 = versions.Contains("6", StringComparer.Ordinal),
        };
    }
}
