namespace Firstlight.Configuration;

/// <summary>Nova's databases: where they are and how patiently they are read.</summary>
internal static partial class OptionCatalogue
{
    internal static OptionDefinition<string> DatabaseConnection { get; } = new()
    {
        Section = "database", Name = "connection", Form = ValueForms.Text, DefaultText = "", Masking = UrlPassword.OfDatabase,
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi,
        Meaning = "Nova's cell database, as SQLAlchemy writes it (mysql+pymysql://… or postgresql://…); where set, instances are read from Nova and not from the inventory.",
    };

    internal static OptionDefinition<string> ApiDatabaseConnection { get; } = new()
    {
        Section = "api_database", Name = "connection", Form = ValueForms.Text, DefaultText = "", Masking = UrlPassword.OfDatabase,
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi,
        Meaning = "Nova's API database, which knows the cell of each instance; not needed with `local_metadata_per_cell`.",
    };

    internal static OptionDefinition<bool> LocalMetadataPerCell { get; } = new()
    {
        Section = "api", Name = "local_metadata_per_cell", Form = ValueForms.Boolean, DefaultText = "false",
        Owner = OptionOwner.Nova, Roles = ProgramRole.MetadataApi,
        Meaning = "Read every instance from `[database] connection` and never ask the API database: one metadata API a cell.",
    };

    internal static OptionDefinition<TimeSpan> CellTimeout { get; } = new()
    {
        Section = OwnSection, Name = "cell_timeout", Form = ValueForms.Seconds(1, 300), DefaultText = "5",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.MetadataApi,
        Meaning = "Longest a database of Nova's may take for its part of a request; then it is left alone for a moment, and other cells never notice.",
    };

    internal static OptionDefinition<string> AllotEc2Ids { get; } = new()
    {
        Section = OwnSection, Name = "allot_ec2_ids", Form = ValueForms.Choice("auto", "true", "false"), DefaultText = "auto",
        Owner = OptionOwner.Firstlight, Roles = ProgramRole.MetadataApi,
        Meaning = "Write a missing EC2 number as Nova does; `auto` where the account may, `false` never: then the number is made from the id, and the same in every process.",
    };
}
