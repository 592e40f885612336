using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>Options of Nova's HTTP front: TLS, connections, proxies in front.</summary>
internal static partial class OptionCatalogue
{
    internal static OptionDefinition<ImmutableArray<string>> EnabledSslApis { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "enabled_ssl_apis", Form = ValueForms.List, DefaultText = "",
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi,
        Meaning = "With `metadata` among them the metadata API speaks TLS.",
    };

    internal static OptionDefinition<string?> SslCertFile { get; } = OfWsgi("ssl_cert_file", "cert_file", "PEM file of the server's certificate, and of its chain.");

    internal static OptionDefinition<string?> SslKeyFile { get; } = OfWsgi("ssl_key_file", "key_file", "PEM file of its key; empty where `ssl_cert_file` holds it too.");

    internal static OptionDefinition<string?> SslCaFile { get; } =
        OfWsgi("ssl_ca_file", "ca_file", "PEM file of authorities; where set, a client without a certificate of theirs is refused.");

    internal static OptionDefinition<TimeSpan> ClientSocketTimeout { get; } = new()
    {
        Section = "wsgi", Name = "client_socket_timeout", Form = ValueForms.Seconds(0), DefaultText = "900",
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi,
        Meaning = "How long a connection may be silent, 0 for a day; counts where it is written and `[firstlight] idle_timeout` is not.",
    };

    internal static OptionDefinition<bool> KeepAlive { get; } = new()
    {
        Section = "wsgi", Name = "keep_alive", Form = ValueForms.Boolean, DefaultText = "true",
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi,
        Meaning = "Whether a connection may be used for another request; false closes it after each answer.",
    };

    internal static OptionDefinition<int> MaxHeaderLine { get; } = new()
    {
        Section = "wsgi", Name = "max_header_line", Form = ValueForms.Integer(1024, 1 << 20), DefaultText = "8192", NovaDefaultText = "16384",
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi,
        Meaning = "Longest header line in bytes.",
    };

    internal static OptionDefinition<string> SecureProxySslHeader { get; } = new()
    {
        Section = "wsgi", Name = "secure_proxy_ssl_header", Form = ValueForms.Text, DefaultText = "", Status = OptionStatus.Accepted,
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi,
        Meaning = "Header that tells of TLS in front; no answer of the metadata API depends on it.",
    };

    internal static OptionDefinition<bool> EnableProxyHeadersParsing { get; } = new()
    {
        Section = "oslo_middleware", Name = "enable_proxy_headers_parsing", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Oslo, Roles = ProgramRole.MetadataApi,
        Meaning = "Take the address of a guest from Forwarded or X-Forwarded-For of a proxy in front; matters where guests are found by address.",
    };

    internal static OptionDefinition<bool> UseForwardedFor { get; } = new()
    {
        Section = "api", Name = "use_forwarded_for", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi, Aliases = [new(IniFile.DefaultSection, "use_forwarded_for")],
        Meaning = "Take the address of a guest from X-Forwarded-For, where guests are found by address; Nova dropped it in 29.0.0.",
    };

    private static OptionDefinition<string?> OfWsgi(string name, string inSsl, string meaning) => new()
    {
        Section = "wsgi", Name = name, Form = ValueForms.OptionalPath, DefaultText = "",
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi, Aliases = [new("ssl", inSsl)], Meaning = meaning,
    };
}
