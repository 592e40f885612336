using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>How Nova reaches Neutron's API: for security groups, and for guests known by address alone.</summary>
internal static partial class OptionCatalogue
{
    internal static KeystoneOptionSet NeutronAuth { get; } = new("neutron", "Neutron", ProgramRole.MetadataApi);

    internal static OptionDefinition<Uri?> NeutronEndpointOverride { get; } =
        KeystoneOptionSet.Url("neutron", ProgramRole.MetadataApi, "endpoint_override", "Address of Neutron's API; empty for the one in Keystone's catalog.");

    internal static OptionDefinition<Uri?> NeutronEndpoint { get; } =
        KeystoneOptionSet.Url("neutron", ProgramRole.MetadataApi, "endpoint", "Address of Neutron's API with `auth_type = none`, where `endpoint_override` is empty.");

    internal static OptionDefinition<string> NeutronRegionName { get; } = KeystoneOptionSet.Text("neutron", ProgramRole.MetadataApi, "region_name", "Region of Neutron in Keystone's catalog; empty for any.");

    internal static OptionDefinition<ImmutableArray<string>> NeutronValidInterfaces { get; } = new()
    {
        Section = "neutron", Name = "valid_interfaces", Form = ValueForms.List, DefaultText = "internal,public",
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi,
        Meaning = "Interfaces of Neutron in Keystone's catalog, best first.",
    };

    internal static OptionDefinition<string> NeutronServiceType { get; } = new()
    {
        Section = "neutron", Name = "service_type", Form = ValueForms.Text, DefaultText = "network",
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi,
        Meaning = "Type of Neutron in Keystone's catalog.",
    };

    internal static OptionDefinition<int> NeutronHttpRetries { get; } = new()
    {
        Section = "neutron", Name = "http_retries", Form = ValueForms.Integer(0, 100), DefaultText = "3",
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi,
        Meaning = "How often a request to Neutron is repeated after a failed connection or a 503.",
    };
}
