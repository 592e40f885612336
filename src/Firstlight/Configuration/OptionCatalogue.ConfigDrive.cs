using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>Options of config drives.</summary>
internal static partial class OptionCatalogue
{
    internal static OptionDefinition<string> ConfigDriveFormat { get; } = new()
    {
        Section = IniFile.DefaultSection, Name = "config_drive_format", Form = ValueForms.Choice("iso9660", "vfat"), DefaultText = "iso9660",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Commands,
        Meaning = "What `configdrive` makes where its command line does not say.",
    };

    internal static OptionDefinition<ImmutableArray<string>> ConfigDriveSkipVersions { get; } = new()
    {
        Section = "api", Name = "config_drive_skip_versions", Form = ValueForms.Words,
        DefaultText = "1.0 2007-01-19 2007-03-01 2007-08-29 2007-10-10 2007-12-15 2008-02-01 2008-09-01",
        Owner = OptionOwner.Nova, Roles = ProgramRole.Commands, Aliases = [new(IniFile.DefaultSection, "config_drive_skip_versions")],
        Meaning = "EC2 versions left off config drives; OpenStack versions never are.",
    };
}
