using System.Net;

namespace Firstlight.Configuration;

/// <summary>Options of Nova's metadata API (nova.conf).</summary>
internal static partial class OptionCatalogue
{
    internal static OptionDefinition<IPAddress> MetadataListen { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "metadata_listen", Form = ValueForms.Address, DefaultText = "0.0.0.0",
        RoleDefault = (ProgramRole.Standalone, "127.0.0.1"),
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api,
        Meaning = "Address the metadata API listens on.",
    };

    internal static OptionDefinition<int> MetadataListenPort { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "metadata_listen_port", Form = ValueForms.Port, DefaultText = "8775",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api,
        Meaning = "TCP port the metadata API listens on.",
    };

    internal static OptionDefinition<string> MetadataWorkers { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "metadata_workers", Form = ValueForms.Text, DefaultText = "", Status = OptionStatus.Accepted,
        Owner = OptionOwner.Nova, Roles = ProgramRole.Servers,
        Meaning = "Number of worker processes; one process uses every processor here.",
    };

    internal static OptionDefinition<TimeSpan> MetadataCacheExpiration { get; } = new()
    {
        Section = "api", Name = "metadata_cache_expiration", Form = ValueForms.Seconds(0), DefaultText = "15",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api, Aliases = [new(IniFile.DefaultSection, "metadata_cache_expiration")],
        Meaning = "How long documents of an instance are kept where the store cannot tell of changes; 0 keeps none.",
    };

    internal static OptionDefinition<string> DhcpDomain { get; } = new()
    {
        Section = "api", Name = "dhcp_domain", Form = ValueForms.Text, DefaultText = "novalocal",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api, Aliases = [new(IniFile.DefaultSection, "dhcp_domain")],
        Meaning = "Domain appended to host names in the documents; set to empty for none.",
    };

    internal static OptionDefinition<bool> ServiceMetadataProxy { get; } = new()
    {
        // False is the mode hardly a cloud with Neutron runs in; our own inventory has nobody to ask for an address alone.
        Section = "neutron", Name = "service_metadata_proxy", Form = ValueForms.Boolean, DefaultText = "true", NovaDefaultText = "false",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api,
        Meaning = "Answer signed requests of the metadata agent; false finds guests by their address through Neutron, which is refused without Nova's databases.",
    };

    internal static OptionDefinition<string> ApiSharedSecret { get; } = new()
    {
        Section = "neutron", Name = "metadata_proxy_shared_secret", Form = ValueForms.Text, DefaultText = "", Secret = true,
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api,
        Meaning = "Key that signatures are checked with; the agent must have the same in `[DEFAULT]`. Falls back to that one.",
    };
}
