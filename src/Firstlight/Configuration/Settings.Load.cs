using System.Net;
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
        var findings = OptionFindings.Of(raw);
        var warnings = findings.Warnings.ToList();
        var statePath = reader.Read(Known.StatePath);
        var strict = reader.Read(Known.StrictNova);

        if (!reader.Read(Known.ServiceMetadataProxy) && ProgramRole.Api.HasFlag(sources.Role))
            reader.Fail(Known.ServiceMetadataProxy, "must be true: only signed requests of a metadata agent are answered");
        CheckVendordata(reader, sources.Role, warnings);
        reader.CheckAll();

        // A secret is made last, when nothing else can stop the start.
        var mistakes = findings.Errors.Concat(reader.Errors).ToList();
        var secret = SharedSecretRule.Resolve(
            reader, sources with { MayGenerateSecret = sources.MayGenerateSecret && mistakes.Count == 0 }, statePath, strict, warnings);
        if (reader.Errors.Count + findings.Errors.Length > 0) throw new ConfigurationException([.. findings.Errors, .. reader.Errors.Distinct()]);

        return new Settings
        {
            Role = sources.Role,
            Files = [.. raw.Files],
            Warnings = [.. warnings],
            StatePath = statePath,
            Host = reader.Read(Known.Host) is { Length: > 0 } host ? host : Dns.GetHostName(),
            SharedSecret = secret,
            StrictNova = strict,
            ManagementListen = reader.Read(Known.ManagementListen),
            Log = new LogSettings(reader.Read(Known.LogFormat) == "json", LevelOf(reader)),
            Limits = new LimitSettings(reader.Read(Known.MaxConcurrentRequests), reader.Read(Known.HeaderTimeout), reader.Read(Known.IdleTimeout)),
            Api = new ApiSettings(
                new IPEndPoint(reader.Read(Known.MetadataListen), reader.Read(Known.MetadataListenPort)),
                reader.Read(Known.MetadataCacheExpiration),
                reader.Read(Known.DhcpDomain),
                reader.Read(Known.VendordataProviders),
                reader.Read(Known.VendordataJsonfilePath),
                reader.Read(Known.NewestVersion) is var newest && newest == "latest" ? null : newest,
                reader.Read(Known.SnapshotCacheBytes)),
            Agent = new AgentSettings(MetadataApi(reader), reader.Read(Known.NovaMetadataInsecure), reader.Read(Known.StaleIfError)),
            Dhcp = new DhcpSettings(
                reader.Read(Known.EnableIsolatedMetadata), reader.Read(Known.ForceMetadata), reader.Read(Known.DhcpLeaseDuration), reader.Read(Known.DnsDomain)),
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

    private static Uri MetadataApi(OptionReader reader)
    {
        var host = reader.Read(Known.NovaMetadataHost);
        return new UriBuilder(
            reader.Read(Known.NovaMetadataProtocol),
            host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host,
            reader.Read(Known.NovaMetadataPort)).Uri;
    }

    private static void CheckVendordata(OptionReader reader, ProgramRole role, List<string> warnings)
    {
        foreach (var provider in reader.Read(Known.VendordataProviders))
        {
            if (provider == "DynamicJSON") warnings.Add($"{Known.VendordataProviders}: DynamicJSON is known and not honoured: vendor_data2.json has no dynamic part");
            else if (provider != "StaticJSON") reader.Fail(Known.VendordataProviders, $"'{provider}' is not StaticJSON or DynamicJSON");
        }

        // A file that is broken fails its own document only; one that was never there is a mistake of the configuration.
        if (ProgramRole.Api.HasFlag(role) && reader.Read(Known.VendordataJsonfilePath) is { } path && !File.Exists(path))
            reader.Fail(Known.VendordataJsonfilePath, $"{path} does not exist");
    }
}
