using System.Globalization;

namespace Firstlight.Bench.Scenarios;

/// <summary>Many copies of one recorded instance in Nova's databases.</summary>
internal static class InstanceCopies
{
    public const string Project = "ca17d50f6ac049928cc2fb2217dab93b";
    private const string Original = "e43099e8-148b-52fe-87c3-280fa99d9a7f";

    /// <summary>Id of a copy; the first is number 1.</summary>
    public static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"00000000-0000-4000-8000-{number:D12}");

    /// <param name="execute">Runs a statement in a database and returns what it printed, a row a line.</param>
    /// <param name="copies">How many.</param>
    public static async Task MakeAsync(Func<string, string, Task<string>> execute, int copies)
    {
        await CopyAsync("nova_api", "instance_mappings", "instance_uuid");
        await CopyAsync("nova", "instances", "uuid");
        await CopyAsync("nova", "instance_id_mappings", "uuid");
        foreach (var table in (string[])["instance_extra", "instance_info_caches", "instance_metadata", "instance_system_metadata", "block_device_mapping"])
        {
            await CopyAsync("nova", table, "instance_uuid");
        }

        // Every row of the original once for each copy, with the copy's id in place of its own.
        async Task CopyAsync(string database, string table, string id)
        {
            var columns = (await execute(
                $"SELECT column_name FROM information_schema.columns WHERE table_schema = '{database}' AND table_name = '{table}' AND column_name NOT IN ('id', '{id}')" +
                // A device has a number of its own that nobody asks for.
                (table == "block_device_mapping" ? " AND column_name <> 'uuid'" : ""), database)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var list = string.Join(", ", columns.Select(c => $"`{c}`"));
            await execute(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"INSERT INTO {table} ({list}, {id}) SELECT {list}, CONCAT('00000000-0000-4000-8000-', LPAD(seq, 12, '0')) FROM {table}, seq_1_to_{copies} WHERE {id} = '{Original}'"),
                database);
        }
    }
}
