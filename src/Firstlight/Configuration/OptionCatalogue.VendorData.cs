using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>Options of vendor data.</summary>
internal static partial class OptionCatalogue
{
    internal static OptionDefinition<ImmutableArray<string>> VendordataProviders { get; } = new()
    {
        Section = "api", Name = "vendordata_providers", Form = ValueForms.List, DefaultText = "StaticJSON",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api, Aliases = [new(IniFile.DefaultSection, "vendordata_providers")],
        Meaning = "Where vendor data comes from, in order: StaticJSON (the file), DynamicJSON (the services).",
    };

    internal static OptionDefinition<string?> VendordataJsonfilePath { get; } = new()
    {
        Section = "api", Name = "vendordata_jsonfile_path", Form = ValueForms.OptionalPath, DefaultText = "",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api, Aliases = [new(IniFile.DefaultSection, "vendordata_jsonfile_path")],
        Meaning = "File of the static vendor data; empty for an empty object.",
    };

    internal static OptionDefinition<ImmutableArray<string>> VendordataDynamicTargets { get; } = new()
    {
        Section = "api", Name = "vendordata_dynamic_targets", Form = ValueForms.List, DefaultText = "", Masking = UrlPassword.OfServices,
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api, Aliases = [new(IniFile.DefaultSection, "vendordata_dynamic_targets")],
        Meaning = "Services that add to vendor_data2.json, each as NAME@URL; asked at the same time for each request.",
    };

    internal static OptionDefinition<string?> VendordataDynamicSslCertfile { get; } = new()
    {
        Section = "api", Name = "vendordata_dynamic_ssl_certfile", Form = ValueForms.OptionalPath, DefaultText = "",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api, Aliases = [new(IniFile.DefaultSection, "vendordata_dynamic_ssl_certfile")],
        Meaning = "PEM file of the authorities that those services are checked by; empty for the system's.",
    };

    internal static OptionDefinition<TimeSpan> VendordataDynamicConnectTimeout { get; } = new()
    {
        Section = "api", Name = "vendordata_dynamic_connect_timeout", Form = ValueForms.Seconds(3), DefaultText = "5",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api, Aliases = [new(IniFile.DefaultSection, "vendordata_dynamic_connect_timeout")],
        Meaning = "Time to connect to one of those services.",
    };

    internal static OptionDefinition<TimeSpan> VendordataDynamicReadTimeout { get; } = new()
    {
        Section = "api", Name = "vendordata_dynamic_read_timeout", Form = ValueForms.Seconds(0), DefaultText = "5",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api, Aliases = [new(IniFile.DefaultSection, "vendordata_dynamic_read_timeout")],
        Meaning = "Time one of those services may take to begin its answer, and again to finish it.",
    };

    internal static OptionDefinition<bool> VendordataDynamicFailureFatal { get; } = new()
    {
        Section = "api", Name = "vendordata_dynamic_failure_fatal", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Api,
        Meaning = "Fail vendor_data2.json when one of those services fails, instead of telling an empty object for it.",
    };

    internal static KeystoneOptionSet VendordataAuth { get; } = new("vendordata_dynamic_auth", "those services", ProgramRole.Api);
}
