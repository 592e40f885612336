namespace Firstlight.Configuration;

/// <summary>Options of Neutron's agents: metadata_agent.ini, dhcp_agent.ini, l3_agent.ini and neutron.conf.</summary>
internal static partial class OptionCatalogue
{
    internal static OptionDefinition<string> NovaMetadataHost { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "nova_metadata_host", Form = ValueForms.Hosts, DefaultText = "127.0.0.1",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.HostAgent | ProgramRole.MetadataAgent | ProgramRole.Commands,
        Aliases = [new(IniFile.DefaultSection, "nova_metadata_ip")],
        Meaning = "Host of the metadata API that signed requests are sent to; several, separated by commas and each with a port of its own if need be, stand in for one another.",
    };

    internal static OptionDefinition<int> NovaMetadataPort { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "nova_metadata_port", Form = ValueForms.Port, DefaultText = "8775",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.HostAgent | ProgramRole.MetadataAgent | ProgramRole.Commands,
        Meaning = "TCP port of the metadata API that signed requests are sent to.",
    };

    internal static OptionDefinition<string> NovaMetadataProtocol { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "nova_metadata_protocol", Form = ValueForms.Choice("http", "https"), DefaultText = "http",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.HostAgent | ProgramRole.MetadataAgent | ProgramRole.Commands,
        Meaning = "Whether the metadata API is reached over TLS.",
    };

    internal static OptionDefinition<bool> NovaMetadataInsecure { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "nova_metadata_insecure", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.HostAgent | ProgramRole.MetadataAgent | ProgramRole.Commands,
        Meaning = "Take any certificate of the metadata API when the protocol is https.",
    };

    internal static OptionDefinition<string> AgentSharedSecret { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "metadata_proxy_shared_secret", Form = ValueForms.Text, DefaultText = "", Secret = true,
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Guests | ProgramRole.Commands,
        Meaning = "Key that instance ids are signed with; the metadata API must have the same in `[neutron]`. Falls back to that one.",
    };

    internal static OptionDefinition<bool> EnableIsolatedMetadata { get; } = new()
    {
        // Neutron's own default is false; its Debian package, and nearly everyone, sets true.
        Section = IniFile.DefaultSection, Name = "enable_isolated_metadata", Form = ValueForms.Boolean, DefaultText = "true",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Serve metadata from the DHCP namespace to networks without a router (Neutron's default is false, its Debian package sets true).",
    };

    internal static OptionDefinition<bool> ForceMetadata { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "force_metadata", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Serve metadata from the DHCP namespace to every network, and announce the route to it.",
    };

    internal static OptionDefinition<TimeSpan?> DhcpLeaseDuration { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "dhcp_lease_duration", Form = ValueForms.Lease, DefaultText = "86400",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Length of a DHCP lease.",
    };

    internal static OptionDefinition<string> DnsDomain { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "dns_domain", Form = ValueForms.Text, DefaultText = "openstacklocal",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Domain DHCP tells guests; empty for none.",
    };

    internal static OptionDefinition<bool> EnableMetadataProxy { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "enable_metadata_proxy", Form = ValueForms.Boolean, DefaultText = "true",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Serve metadata from router namespaces.",
    };

    internal static OptionDefinition<int> MetadataPort { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "metadata_port", Form = ValueForms.Port, DefaultText = "9697",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Guests,
        Meaning = "TCP port of the listener in a router namespace, where port 80 of the metadata address is redirected to.",
    };

    internal static OptionDefinition<uint> MetadataAccessMark { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "metadata_access_mark", Form = ValueForms.Mark, DefaultText = "0x1",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Firewall mark of packets that came for the metadata address over an inner interface of a router.",
    };
}
