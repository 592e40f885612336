using System.Collections.Immutable;

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

    internal static OptionDefinition<string?> DnsmasqConfigFile { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "dnsmasq_config_file", Form = ValueForms.OptionalPath, DefaultText = "",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Further configuration every dnsmasq reads.",
    };

    internal static OptionDefinition<ImmutableArray<string>> DnsmasqDnsServers { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "dnsmasq_dns_servers", Form = ValueForms.List, DefaultText = "",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "DNS servers that dnsmasq asks, from inside the network, for names it does not know itself.",
    };

    internal static OptionDefinition<bool> DnsmasqLocalResolv { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "dnsmasq_local_resolv", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Let dnsmasq ask the DNS servers of this host (resolv.conf), from inside the network, where dnsmasq_dns_servers names none.",
    };

    internal static OptionDefinition<int> DnsmasqLeaseMax { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "dnsmasq_lease_max", Form = ValueForms.Integer(1), DefaultText = "16777216",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Most leases dnsmasq gives on a network.",
    };

    internal static OptionDefinition<bool> DhcpBroadcastReply { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "dhcp_broadcast_reply", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Answer DHCP by broadcast.",
    };

    internal static OptionDefinition<int> DhcpRenewalTime { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "dhcp_renewal_time", Form = ValueForms.Integer(0), DefaultText = "0",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Seconds after which a guest renews its lease (DHCP option 58); 0 leaves it to dnsmasq.",
    };

    internal static OptionDefinition<int> DhcpRebindingTime { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "dhcp_rebinding_time", Form = ValueForms.Integer(0), DefaultText = "0",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Agent,
        Meaning = "Seconds after which a guest asks any server to renew its lease (DHCP option 59); 0 leaves it to dnsmasq.",
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
