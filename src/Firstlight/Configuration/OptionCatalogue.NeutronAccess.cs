using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>How Neutron's API is reached: for security groups and guests known by address alone, as Nova does, and for the ports a metadata agent looks up.</summary>
internal static partial class OptionCatalogue
{
    private const ProgramRole NeutronReaders = ProgramRole.MetadataApi | ProgramRole.MetadataAgent;

    internal static KeystoneOptionSet NeutronAuth { get; } = new("neutron", "Neutron", NeutronReaders);

    /// <summary>The account neutron.conf has anyway: the API's own, which deployments keep on every host.</summary>
    internal static KeystoneOptionSet NeutronServiceAuth { get; } = new("keystone_authtoken", "Neutron, where `[neutron] auth_type` is empty", ProgramRole.MetadataAgent);

    internal static OptionDefinition<string> NeutronAuthStrategy { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "auth_strategy", Form = ValueForms.Choice("keystone", "noauth"), DefaultText = "keystone",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.MetadataAgent,
        Meaning = "Whether Neutron's API asks for a token; with `noauth` no account is needed, only `[neutron] endpoint_override`.",
    };

    internal static OptionDefinition<Uri?> NeutronEndpointOverride { get; } =
        KeystoneOptionSet.Url("neutron", NeutronReaders, "endpoint_override", "Address of Neutron's API; empty for the one in Keystone's catalog.");

    internal static OptionDefinition<Uri?> NeutronEndpoint { get; } =
        KeystoneOptionSet.Url("neutron", NeutronReaders, "endpoint", "Address of Neutron's API with `auth_type = none`, where `endpoint_override` is empty.");

    internal static OptionDefinition<string> NeutronRegionName { get; } = KeystoneOptionSet.Text("neutron", NeutronReaders, "region_name", "Region of Neutron in Keystone's catalog; empty for any.");

    internal static OptionDefinition<ImmutableArray<string>> NeutronValidInterfaces { get; } = new()
    {
        Section = "neutron", Name = "valid_interfaces", Form = ValueForms.List, DefaultText = "internal,public",
        Owner = OptionOwner.Nova, Roles = NeutronReaders,
        Meaning = "Interfaces of Neutron in Keystone's catalog, best first.",
    };

    internal static OptionDefinition<string> NeutronServiceType { get; } = new()
    {
        Section = "neutron", Name = "service_type", Form = ValueForms.Text, DefaultText = "network",
        Owner = OptionOwner.Nova, Roles = NeutronReaders,
        Meaning = "Type of Neutron in Keystone's catalog.",
    };

    internal static OptionDefinition<int> NeutronHttpRetries { get; } = new()
    {
        Section = "neutron", Name = "http_retries", Form = ValueForms.Integer(0, 100), DefaultText = "3",
        Owner = OptionOwner.Nova, Roles = NeutronReaders,
        Meaning = "How often a request to Neutron is repeated after a failed connection or a 503.",
    };
}
