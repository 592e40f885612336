using System.Net;

namespace Firstlight.Configuration;

/// <summary>Our own options.</summary>
internal static partial class OptionCatalogue
{
    internal static OptionDefinition<IPEndPoint?> ManagementListen { get; } = new()
    {
        Section = OwnSection, Name = "management_listen", Form = ValueForms.OptionalEndpoint, DefaultText = "127.0.0.1:9775",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Servers,
        Meaning = "Where /healthz, /readyz, /metrics and /status are served.",
    };

    internal static OptionDefinition<string?> RunDirectory { get; } = new()
    {
        Section = OwnSection, Name = "run_directory", Form = ValueForms.OptionalPath, DefaultText = "",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.All,
        Meaning = "Where running roles leave a file for `firstlight agent list`; empty: `/run/firstlight/agents` for root, `$state_path/agents` for others.",
    };

    internal static OptionDefinition<string> LogFormat { get; } = new()
    {
        Section = OwnSection, Name = "log_format", Form = ValueForms.Choice("text", "json"), DefaultText = "text",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.All,
        Meaning = "Form of log lines on standard error.",
    };

    internal static OptionDefinition<string> LogLevel { get; } = new()
    {
        Section = OwnSection, Name = "log_level", Form = ValueForms.Choice("trace", "debug", "info", "warning", "error"), DefaultText = "info",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.All,
        Meaning = "Least level that is logged; `debug = true` and `-v` lower it to debug.",
    };

    internal static OptionDefinition<string?> SharedSecretFile { get; } = new()
    {
        Section = OwnSection, Name = "metadata_proxy_shared_secret_file", Form = ValueForms.OptionalPath, DefaultText = "",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.All,
        Meaning = "File that holds the shared secret instead of an option; line ends at its end do not belong to it.",
    };

    internal static OptionDefinition<bool> StrictNova { get; } = new()
    {
        Section = OwnSection, Name = "strict_nova", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Servers,
        Meaning = "Answer as Nova does even where it crashes, and take an empty secret; for comparing with Nova, not for service.",
    };

    internal static OptionDefinition<string> NewestVersion { get; } = new()
    {
        Section = OwnSection, Name = "newest_version", DefaultText = "latest",
        Form = ValueForms.Choice("latest", "2012-08-10", "2013-04-04", "2013-10-17", "2015-10-15", "2016-06-30", "2016-10-06", "2017-02-22",
            "2018-08-27", "2020-10-14", "2025-04-04"),
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Api,
        Meaning = "Newest version of the OpenStack tree that is told, to look like an older Nova (2020-10-14 is Zed's).",
    };

    internal static OptionDefinition<long> SnapshotCacheBytes { get; } = new()
    {
        Section = OwnSection, Name = "snapshot_cache_bytes", Form = ValueForms.Bytes(1 << 20), DefaultText = "256M",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Api,
        Meaning = "Most memory that rendered documents take; the least recently asked for go first.",
    };

    internal static OptionDefinition<TimeSpan> StaleIfError { get; } = new()
    {
        Section = OwnSection, Name = "stale_if_error", Form = ValueForms.Seconds(0, 86400), DefaultText = "600",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Servers,
        Meaning = "How old the last good answer may be to be told while what it came from is away (databases, Neutron, directory, metadata API); 0 for never.",
    };

    internal static OptionDefinition<int> MaxConcurrentRequests { get; } = new()
    {
        Section = OwnSection, Name = "max_concurrent_requests", Form = ValueForms.Integer(1, 1_000_000), DefaultText = "4096",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Servers,
        Meaning = "Requests worked on at one time; more are answered 503 with Retry-After.",
    };

    internal static OptionDefinition<TimeSpan> HeaderTimeout { get; } = new()
    {
        Section = OwnSection, Name = "header_timeout", Form = ValueForms.Seconds(1, 3600), DefaultText = "30",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Servers,
        Meaning = "How long a client may take to send its request line and headers.",
    };

    internal static OptionDefinition<TimeSpan> IdleTimeout { get; } = new()
    {
        Section = OwnSection, Name = "idle_timeout", Form = ValueForms.Seconds(1, 3600), DefaultText = "30",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Servers,
        Meaning = "How long a connection may be open without a request.",
    };

    internal static OptionDefinition<string> GuestEngine { get; } = new()
    {
        Section = OwnSection, Name = "guest_engine", Form = ValueForms.Choice("lean", "kestrel"), DefaultText = "lean",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Guests,
        Meaning = "What answers guests in their namespaces: `lean` what is in memory by a loop of our own, and everything else by Kestrel; `kestrel` everything. Where the metadata API is another process, nothing is in memory, and it is Kestrel either way.",
    };

    internal static OptionDefinition<int> GuestLoops { get; } = new()
    {
        Section = OwnSection, Name = "guest_loops", Form = ValueForms.Integer(0, 64), DefaultText = "0",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Guests,
        Meaning = "Threads of the `lean` engine. Each network's listener belongs to one of them, so more than one helps where guests of many networks ask at once; 0 for one for each four processors, at most four.",
    };

    internal static OptionDefinition<string> ApiEngine { get; } = new()
    {
        Section = OwnSection, Name = "api_engine", Form = ValueForms.Choice("lean", "kestrel"), DefaultText = "kestrel",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Api,
        Meaning = "What reads requests at `metadata_listen_port`: `lean` those that metadata agents usually send by a reader of our own, and everything else by Kestrel; `kestrel` everything.",
    };
}
