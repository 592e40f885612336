namespace Firstlight.Configuration;

/// <summary>Options of the message bus, where an agent reports that it is alive.</summary>
internal static partial class OptionCatalogue
{
    private const string RabbitSection = "oslo_messaging_rabbit";

    internal static OptionDefinition<string> TransportUrl { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "transport_url", Form = ValueForms.Text, DefaultText = "", Secret = true,
        Owner = OptionOwner.Oslo, Roles = ProgramRole.MetadataAgent,
        Meaning = "Message bus that Neutron is told over that the agent is alive; empty for no reports. Nothing else is asked there.",
    };

    internal static OptionDefinition<double> ReportInterval { get; } = new()
    {
        Section = "agent", Name = "report_interval", Form = ValueForms.Number(1, 3600), DefaultText = "30",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.MetadataAgent,
        Meaning = "Seconds between those reports.",
    };

    internal static OptionDefinition<bool> LogAgentHeartbeats { get; } = new()
    {
        Section = "agent", Name = "log_agent_heartbeats", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.MetadataAgent,
        Meaning = "Ask Neutron to log each report.",
    };

    internal static OptionDefinition<bool> RabbitTls { get; } = new()
    {
        Section = RabbitSection, Name = "ssl", Form = ValueForms.Boolean, DefaultText = "false", Aliases = [new(RabbitSection, "rabbit_use_ssl")],
        Owner = OptionOwner.Oslo, Roles = ProgramRole.MetadataAgent,
        Meaning = "Speak TLS to the bus.",
    };

    internal static OptionDefinition<string?> RabbitTlsCaFile { get; } = RabbitFile("ssl_ca_file", "kombu_ssl_ca_certs", "PEM file of the authorities the bus is checked by; empty to take any certificate, as oslo.messaging does.");

    internal static OptionDefinition<string?> RabbitTlsCertFile { get; } = RabbitFile("ssl_cert_file", "kombu_ssl_certfile", "PEM file of our certificate towards the bus.");

    internal static OptionDefinition<string?> RabbitTlsKeyFile { get; } = RabbitFile("ssl_key_file", "kombu_ssl_keyfile", "PEM file of its key.");

    internal static OptionDefinition<bool> RabbitTlsHostName { get; } = new()
    {
        Section = RabbitSection, Name = "ssl_enforce_hostname_verification", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Oslo, Roles = ProgramRole.MetadataAgent,
        Meaning = "Take only a certificate of the bus that names its host; needs `ssl_ca_file`.",
    };

    private static OptionDefinition<string?> RabbitFile(string name, string older, string meaning) => new()
    {
        Section = RabbitSection, Name = name, Form = ValueForms.OptionalPath, DefaultText = "", Aliases = [new(RabbitSection, older)],
        Owner = OptionOwner.Oslo, Roles = ProgramRole.MetadataAgent, Meaning = meaning,
    };
}
