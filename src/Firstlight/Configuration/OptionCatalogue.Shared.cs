namespace Firstlight.Configuration;

/// <summary>Options of [DEFAULT] that every part of OpenStack has.</summary>
internal static partial class OptionCatalogue
{
    internal static OptionDefinition<string> StatePath { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "state_path", Form = ValueForms.AbsolutePath, DefaultText = "/var/lib/firstlight", RoleDefault = (ProgramRole.MetadataAgent, "/var/lib/neutron"),
        Owner = OptionOwner.Oslo, Roles = ProgramRole.All,
        Meaning = "Directory of everything that outlives the program: the inventory, DHCP files, the generated secret.",
    };

    internal static OptionDefinition<string> Host { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "host", Form = ValueForms.Text, DefaultText = "",
        Owner = OptionOwner.Neutron, Roles = ProgramRole.Guests,
        Meaning = "Name of this host in port bindings and DHCP ports; empty for the machine's host name.",
    };

    internal static OptionDefinition<bool> Debug { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "debug", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Oslo, Roles = ProgramRole.All,
        Meaning = "Log each request and each step, as `-v` does.",
    };
}
