using Firstlight.Inventory.Nova;
using Known = Firstlight.Configuration.OptionCatalogue;

namespace Firstlight.Configuration;

/// <summary>Reads what a metadata API on Nova's databases needs; mistakes go to the reader.</summary>
internal static class NovaReader
{
    /// <summary>The settings of Nova's databases; null where the inventory is used, or where a connection is wrong.</summary>
    public static NovaSettings? Read(OptionReader reader, bool serviceMetadataProxy)
    {
        if (!reader.OnNova) return null;
        var perCell = reader.Read(Known.LocalMetadataPerCell);
        var api = Connection(reader, Known.ApiDatabaseConnection);
        var cell = Connection(reader, Known.DatabaseConnection);
        if (api is null && !perCell && IsEmpty(reader, Known.ApiDatabaseConnection))
            reader.Fail(Known.ApiDatabaseConnection, "must be set beside [database] connection, or [api] local_metadata_per_cell = true where every instance is in that one database");
        if (cell is null && IsEmpty(reader, Known.DatabaseConnection))
            reader.Fail(Known.DatabaseConnection, "must be set beside [api_database] connection: it is the cell of instances that have none");

        var neutron = NeutronAccessReader.OfNova(reader);
        if (neutron is null && !serviceMetadataProxy && IsEmpty(reader, Known.NeutronAuth.AuthType))
            reader.Fail(Known.NeutronAuth.AuthType, "must be set where service_metadata_proxy is false, Nova's default: guests are found by asking Neutron for their address");
        if (cell is null) return null;
        return new NovaSettings(api, cell, perCell, reader.Read(Known.CellTimeout), reader.Read(Known.AllotEc2Ids) != "false", neutron);
    }

    private static bool IsEmpty(OptionReader reader, OptionDefinition<string> option) => reader.Read(option).Length == 0;

    private static SqlAlchemyUrl? Connection(OptionReader reader, OptionDefinition<string> option)
    {
        var text = reader.Read(option);
        if (text.Length == 0) return null;
        try
        {
            var url = SqlAlchemyUrl.Parse(text, option.ToString());
            FileCheck.Readable(reader, option, url.Tls.CaFile);
            FileCheck.Readable(reader, option, url.Tls.CertificateFile);
            FileCheck.Readable(reader, option, url.Tls.KeyFile);
            return url;
        }
        catch (FormatException e)
        {
            reader.Fail(option, e.Message.Replace($"{option}: ", "", StringComparison.Ordinal));
            return null;
        }
    }
}
