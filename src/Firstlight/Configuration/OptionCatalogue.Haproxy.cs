namespace Firstlight.Configuration;

/// <summary>Options for those who keep haproxy between guests and agent.</summary>
internal static partial class OptionCatalogue
{
    private const string HaproxySection = "metadata_haproxy";

    internal static OptionDefinition<string> MetadataProxy { get; } = new()
    {
        Section = OwnSection, Name = "metadata_proxy", Form = ValueForms.Choice("builtin", "haproxy"), DefaultText = "builtin",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.Agent,
        Meaning = "Who listens to guests in the namespaces of this host: the agent itself, or a haproxy in each, configured as Neutron configures it.",
    };

    internal static OptionDefinition<TimeSpan> ProxyConnectTimeout { get; } = ProxyTimeout("timeout_connect", "30", "How long haproxy tries to reach the agent.");

    internal static OptionDefinition<TimeSpan> ProxyClientTimeout { get; } = ProxyTimeout("timeout_client", "32", "How long a guest of haproxy may be silent.");

    internal static OptionDefinition<TimeSpan> ProxyServerTimeout { get; } = ProxyTimeout("timeout_server", "32", "How long haproxy waits for the agent's answer.");

    internal static OptionDefinition<TimeSpan> ProxyRequestTimeout { get; } = ProxyTimeout("timeout_http_request", "30", "How long a guest of haproxy may take to send its header.");

    internal static OptionDefinition<TimeSpan> ProxyKeepAliveTimeout { get; } = ProxyTimeout("timeout_http_keep_alive", "30", "How long a connection to haproxy may be open without a request.");

    private static OptionDefinition<TimeSpan> ProxyTimeout(string name, string seconds, string meaning) => new()
    {
        Section = HaproxySection, Name = name, Form = ValueForms.Seconds(1), DefaultText = seconds,
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent, Meaning = meaning,
    };
}
