using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>Options of neutron-metadata-agent (metadata_agent.ini, neutron.conf) and of what stands in for its proxies.</summary>
internal static partial class OptionCatalogue
{
    internal static OptionDefinition<string> MetadataProxySocket { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "metadata_proxy_socket", Form = ValueForms.AbsolutePath, DefaultText = "$state_path/metadata_proxy",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Guests,
        Meaning = "UNIX socket that haproxies hand requests to.",
    };

    internal static OptionDefinition<string> MetadataProxySocketMode { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "metadata_proxy_socket_mode", Form = ValueForms.Choice("deduce", "user", "group", "all"), DefaultText = "deduce",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Guests,
        Meaning = "Who may connect to that socket: our user (0644), our group (0664), all (0666), or the narrowest that `metadata_proxy_user` and `metadata_proxy_group` can use. Neutron ignores it from 26 on.",
    };

    internal static OptionDefinition<string> MetadataProxyUser { get; } = ProxyAccount("metadata_proxy_user", "User haproxies run as; empty for root.");

    internal static OptionDefinition<string> MetadataProxyGroup { get; } = ProxyAccount("metadata_proxy_group", "Group haproxies run as; empty for our own.");

    internal static OptionDefinition<int> MetadataBacklog { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "metadata_backlog", Form = ValueForms.Integer(1), DefaultText = "4096",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Guests,
        Meaning = "Connections that may wait on that socket; the kernel's `net.core.somaxconn` bounds it.",
    };

    internal static OptionDefinition<string?> AuthCaCert { get; } =
        UpstreamFile("auth_ca_cert", "PEM file of the authorities that the metadata API's certificate is checked by; empty for the system's.");

    internal static OptionDefinition<string?> NovaClientCert { get; } =
        UpstreamFile("nova_client_cert", "PEM file of our certificate towards the metadata API; counts only together with its key.");

    internal static OptionDefinition<string?> NovaClientPrivKey { get; } = UpstreamFile("nova_client_priv_key", "PEM file of the key of `nova_client_cert`.");

    internal static OptionDefinition<bool> RateLimitEnabled { get; } = new()
    {
        Section = RateSection, Name = "rate_limit_enabled", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Guests,
        Meaning = "Answer 429 to a guest that asks too often. cloud-init gives up on 429.",
    };

    internal static OptionDefinition<ImmutableArray<string>> RateLimitIpVersions { get; } = new()
    {
        Section = RateSection, Name = "ip_versions", Form = ValueForms.List, DefaultText = "4",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Guests,
        Meaning = "IP versions of the guests that are limited: 4, 6, or both, which Neutron cannot.",
    };

    internal static OptionDefinition<TimeSpan> BaseWindowDuration { get; } = RateWindow("base_window_duration", "Length of the base window.");

    internal static OptionDefinition<int> BaseQueryRateLimit { get; } = RateCount("base_query_rate_limit", "Requests a guest may make in the base window.");

    internal static OptionDefinition<TimeSpan> BurstWindowDuration { get; } = RateWindow("burst_window_duration", "Length of the burst window.");

    internal static OptionDefinition<int> BurstQueryRateLimit { get; } = RateCount("burst_query_rate_limit", "Requests a guest may make in the burst window.");

    internal static OptionDefinition<ImmutableArray<string>> AgentListen { get; } = new()
    {
        Section = OwnSection, Name = "agent_listen", Form = ValueForms.List, DefaultText = "socket",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.MetadataAgent,
        Meaning = "Where a metadata agent listens: `socket` for Neutron's haproxies, `namespaces` in their place, or both.",
    };

    internal static OptionDefinition<string> StandInDirectory { get; } = new()
    {
        Section = OwnSection, Name = "stand_in_directory", Form = ValueForms.AbsolutePath, DefaultText = "/run/firstlight/stand-in",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.MetadataAgent,
        Meaning = "Where haproxy stand-ins hand namespaces over.",
    };

    internal static OptionDefinition<bool> OnlyRegisteredNamespaces { get; } = new()
    {
        Section = OwnSection, Name = "only_registered_namespaces", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.MetadataAgent,
        Meaning = "Listen only in namespaces that a haproxy stand-in handed over, and not in every qdhcp-, qrouter- and ovnmeta- namespace.",
    };

    internal static OptionDefinition<int> NeutronRelease { get; } = new()
    {
        Section = OwnSection, Name = "neutron_release", Form = ValueForms.Integer(21, 29), DefaultText = "29",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Guests,
        Meaning = "Major version of the neutron-metadata-agent whose refusals and error pages are given: 21 (Zed, Debian 12) to 29 (2026.2).",
    };

    internal static OptionDefinition<TimeSpan> PortCacheTime { get; } = new()
    {
        Section = OwnSection, Name = "port_cache_time", Form = ValueForms.Seconds(0, 3600), DefaultText = "10",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.MetadataAgent,
        Meaning = "How long a port found in Neutron is believed; that an address is nobody's is never remembered.",
    };

    internal static OptionDefinition<bool> AcceptQuantumHeaders { get; } = new()
    {
        Section = OwnSection, Name = "accept_quantum_headers", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Guests,
        Meaning = "Take X-Quantum-Network-ID and X-Quantum-Router-ID of proxies older than Havana on the socket too.",
    };

    internal static OptionDefinition<bool> SendRequestId { get; } = new()
    {
        Section = OwnSection, Name = "send_request_id", Form = ValueForms.Boolean, DefaultText = "true",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Guests,
        Meaning = "Name each request to the metadata API in X-OpenStack-Request-ID, so that one id is in both logs.",
    };

    internal static OptionDefinition<bool> MetadataApiInProcess { get; } = new()
    {
        Section = OwnSection, Name = "metadata_api_in_process", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.MetadataAgent,
        Meaning = "Answer from Nova's databases in the agent itself instead of asking `nova_metadata_host`; needs the options of nova.conf.",
    };

    private const string RateSection = "metadata_rate_limiting";

    private static OptionDefinition<string> ProxyAccount(string name, string meaning) => new()
    {
        Section = IniFile.DefaultSection, Name = name, Form = ValueForms.Text, DefaultText = "",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Guests, Meaning = meaning,
    };

    private static OptionDefinition<string?> UpstreamFile(string name, string meaning) => new()
    {
        Section = IniFile.DefaultSection, Name = name, Form = ValueForms.OptionalPath, DefaultText = "",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.HostAgent | ProgramRole.MetadataAgent, Meaning = meaning,
    };

    private static OptionDefinition<TimeSpan> RateWindow(string name, string meaning) => new()
    {
        Section = RateSection, Name = name, Form = ValueForms.Seconds(1), DefaultText = "10",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Guests, Meaning = meaning,
    };

    private static OptionDefinition<int> RateCount(string name, string meaning) => new()
    {
        Section = RateSection, Name = name, Form = ValueForms.Integer(1), DefaultText = "10",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Guests, Meaning = meaning,
    };
}
