using Firstlight.Agent;
using Firstlight.Agent.Forward;
using Firstlight.Plumbing.Reconcile;
using Known = Firstlight.Configuration.OptionCatalogue;

namespace Firstlight.Configuration;

/// <summary>Reads what every role that answers guests needs; mistakes go to the reader.</summary>
internal static class AgentReader
{
    /// <summary>The part every agent has.</summary>
    public static AgentSettings Read(OptionReader reader, ProgramRole role) =>
        new(Upstream(reader, role), reader.Read(Known.StaleIfError), RateLimit(reader), reader.Read(Known.NeutronRelease), Engine(reader), reader.Read(Known.GuestLoops));

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

    /// <summary>The haproxies of this host's own namespaces; null where the agent listens there itself.</summary>
    /// <remarks>They are given no rate limit: the agent behind them has it, for both IP versions.</remarks>
    public static WantedProxy? Haproxy(OptionReader reader, ProgramRole role, ProxySocketOptions socket)
    {
        if ((role & ProgramRole.Agent) == ProgramRole.None || reader.Read(Known.MetadataProxy) != "haproxy") return null;
        return new WantedProxy
        {
            SocketPath = socket.Path,
            User = socket.ProxyUser.Length > 0 ? socket.ProxyUser : "root",
            Group = socket.ProxyGroup.Length > 0 ? socket.ProxyGroup : "root",
            Debug = reader.Read(Known.Debug),
            NeutronRelease = reader.Read(Known.NeutronRelease),
            Timeouts = new ProxyTimeouts
            {
                Connect = reader.Read(Known.ProxyConnectTimeout),
                Client = reader.Read(Known.ProxyClientTimeout),
                Server = reader.Read(Known.ProxyServerTimeout),
                HttpRequest = reader.Read(Known.ProxyRequestTimeout),
                KeepAlive = reader.Read(Known.ProxyKeepAliveTimeout),
            },
        };
    }

    private static GuestEngine Engine(OptionReader reader) => reader.Read(Known.GuestEngine) == "lean" ? GuestEngine.Lean : GuestEngine.Kestrel;

    private static HttpUpstreamOptions Upstream(OptionReader reader, ProgramRole role)
    {
        var upstream = new HttpUpstreamOptions
        {
            Protocol = reader.Read(Known.NovaMetadataProtocol),
            Host = reader.Read(Known.NovaMetadataHost),
            Port = reader.Read(Known.NovaMetadataPort),
            Insecure = reader.Read(Known.NovaMetadataInsecure),
            AuthorityFile = reader.Read(Known.AuthCaCert),
            ClientCertificateFile = reader.Read(Known.NovaClientCert),
            ClientKeyFile = reader.Read(Known.NovaClientPrivKey),
            SendRequestId = reader.Read(Known.SendRequestId),
        };
        if ((role & (ProgramRole.HostAgent | ProgramRole.MetadataAgent)) == ProgramRole.None || upstream.Protocol != "https") return upstream;
        if (!upstream.Insecure) FileCheck.Readable(reader, Known.AuthCaCert, upstream.AuthorityFile);
        if (upstream.ClientCertificateFile is null || upstream.ClientKeyFile is null) return upstream;
        FileCheck.Readable(reader, Known.NovaClientCert, upstream.ClientCertificateFile);
        FileCheck.Readable(reader, Known.NovaClientPrivKey, upstream.ClientKeyFile);
        return upstream;
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
