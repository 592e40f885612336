using System.Net;
using Firstlight.Api.Listen;
using Firstlight.Api.VendorData;
using Microsoft.Extensions.Logging;
using Known = Firstlight.Configuration.OptionCatalogue;

namespace Firstlight.Configuration;

internal sealed partial record Settings
{
    /// <summary>Reads, checks and types a configuration. Touches nothing but, where the sources allow it, a missing shared secret.</summary>
    /// <exception cref="ConfigurationException">Every mistake, one line each.</exception>
    public static Settings Load(ConfigSources sources)
    {
        var raw = RawConfiguration.Read(sources);
        var reader = new OptionReader(raw, sources.Role);
        var findings = OptionFindings.Of(raw, sources.Role);
        var warnings = findings.Warnings.ToList();
        var statePath = reader.Read(Known.StatePath);
        var strict = reader.Read(Known.StrictNova);

        var proxied = reader.Read(Known.ServiceMetadataProxy);
        if (!proxied && ProgramRole.Api.HasFlag(sources.Role) && !reader.OnNova)
            reader.Fail(Known.ServiceMetadataProxy, "must be true without Nova's databases: only signed requests of a metadata agent are answered");
        var nova = NovaReader.Read(reader, proxied);
        if (nova is { Neutron: null } && proxied)
            warnings.Add($"{Known.NeutronAuth.AuthType} is not set: security-groups of the EC2 tree stays empty");
        if (!reader.OnNova && sources.Role != ProgramRole.HostAgent && sources.Role != ProgramRole.Commands && raw.Find("api_database", "connection") is { Value.Length: > 0 })
            warnings.Add($"{Known.ApiDatabaseConnection} is read by metadata-api only: {sources.Role.ToString().ToLowerInvariant()} answers from its inventory");
        CheckVendordata(reader, sources.Role);
        var tls = FrontReader.Tls(reader, sources.Role);
        var limits = new LimitSettings(reader.Read(Known.MaxConcurrentRequests), reader.Read(Known.HeaderTimeout), FrontReader.IdleTimeout(reader, sources.Role));
        var vendorData = DynamicVendorData(reader, sources.Role);
        var agent = AgentReader.Read(reader, sources.Role);
        var proxySocket = AgentReader.ProxySocket(reader);
        var neutronAgent = NeutronAgentReader.Read(reader, sources.Role);
        var dnsmasq = DhcpReader.Dnsmasq(reader, sources.Role);
        reader.CheckAll();

        // A secret is made last, when nothing else can stop the start.
        var mistakes = findings.Errors.Concat(reader.Errors).ToList();
        var secret = SharedSecretRule.Resolve(
            reader, sources with { MayGenerateSecret = sources.MayGenerateSecret && mistakes.Count == 0 }, statePath, strict || (reader.OnNova && !proxied), warnings);
        if (reader.Errors.Count + findings.Errors.Length > 0) throw new ConfigurationException([.. findings.Errors, .. reader.Errors.Distinct()]);

        return new Settings
        {
            Role = sources.Role,
            Files = [.. raw.Files],
            Warnings = [.. warnings],
            StatePath = statePath,
            Host = reader.Read(Known.Host) is { Length: > 0 } host ? host : HostName.OfThisHost(),
            SharedSecret = secret,
            StrictNova = strict,
            ManagementListen = reader.Read(Known.ManagementListen),
            RunDirectory = reader.Read(Known.RunDirectory),
            Log = new LogSettings(reader.Read(Known.LogFormat) == "json", LevelOf(reader)),
            Limits = limits,
            Differences = NovaDifferences.Of(reader, nova, strict, limits),
            Nova = nova,
            Api = new ApiSettings(
                new IPEndPoint(reader.Read(Known.MetadataListen), reader.Read(Known.MetadataListenPort)),
                reader.Read(Known.MetadataCacheExpiration),
                reader.Read(Known.DhcpDomain),
                reader.Read(Known.VendordataProviders),
                reader.Read(Known.VendordataJsonfilePath),
                reader.Read(Known.NewestVersion) is var newest && newest == "latest" ? null : newest,
                reader.Read(Known.SnapshotCacheBytes))
            {
                DynamicVendorData = vendorData,
                Tls = tls,
                KeepAlive = reader.Read(Known.KeepAlive),
                Engine = reader.Read(Known.ApiEngine) == "lean" ? ApiEngine.Lean : ApiEngine.Kestrel,
                MaxHeaderLine = reader.Read(Known.MaxHeaderLine),
                ServiceMetadataProxy = proxied,
                UseForwardedFor = reader.Read(Known.UseForwardedFor),
                EnableProxyHeadersParsing = reader.Read(Known.EnableProxyHeadersParsing),
            },
            ConfigDrive = new ConfigDriveSettings(reader.Read(Known.ConfigDriveFormat), reader.Read(Known.ConfigDriveSkipVersions)),
            Agent = agent,
            NeutronAgent = neutronAgent,
            ProxySocket = proxySocket,
            Haproxy = AgentReader.Haproxy(reader, sources.Role, proxySocket),
            Dhcp = new DhcpSettings(
                reader.Read(Known.EnableIsolatedMetadata), reader.Read(Known.ForceMetadata), reader.Read(Known.DhcpLeaseDuration), reader.Read(Known.DnsDomain)) { Dnsmasq = dnsmasq },
            Router = new RouterSettings(reader.Read(Known.EnableMetadataProxy), reader.Read(Known.MetadataPort), reader.Read(Known.MetadataAccessMark)),
        };
    }

    private static LogLevel LevelOf(OptionReader reader)
    {
        var level = reader.Read(Known.LogLevel) switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "info" => LogLevel.Information,
            "warning" => LogLevel.Warning,
            _ => LogLevel.Error,
        };
        return reader.Read(Known.Debug) && level > LogLevel.Debug ? LogLevel.Debug : level;
    }

    private static void CheckVendordata(OptionReader reader, ProgramRole role)
    {
        foreach (var provider in reader.Read(Known.VendordataProviders).Where(p => p is not ("StaticJSON" or "DynamicJSON")))
            reader.Fail(Known.VendordataProviders, $"'{provider}' is not StaticJSON or DynamicJSON");

        // A file that is broken fails its own document only; one that was never there is a mistake of the configuration.
        if (ProgramRole.Api.HasFlag(role)) FileCheck.Readable(reader, Known.VendordataJsonfilePath, reader.Read(Known.VendordataJsonfilePath));
    }

    private static DynamicVendorDataOptions DynamicVendorData(OptionReader reader, ProgramRole role)
    {
        if (!ProgramRole.Api.HasFlag(role) || !reader.Read(Known.VendordataProviders).Contains("DynamicJSON", StringComparer.Ordinal)) return new DynamicVendorDataOptions();
        FileCheck.Readable(reader, Known.VendordataDynamicSslCertfile, reader.Read(Known.VendordataDynamicSslCertfile));
        return new DynamicVendorDataOptions
        {
            Targets = reader.Read(Known.VendordataDynamicTargets),
            AuthorityFile = reader.Read(Known.VendordataDynamicSslCertfile),
            ConnectTimeout = reader.Read(Known.VendordataDynamicConnectTimeout),
            ReadTimeout = reader.Read(Known.VendordataDynamicReadTimeout),
            FailureFatal = reader.Read(Known.VendordataDynamicFailureFatal),
            Auth = KeystoneReader.Read(reader, Known.VendordataAuth),
        };
    }
}
