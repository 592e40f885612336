using System.Data.Common;
using Firstlight.Metadata.Instances;

namespace Firstlight.Inventory.Nova.Rows;

/// <summary>Reads an instance from its cell: one statement, whose rows are what it has once and what it has many of, one under the other.</summary>
internal static class InstanceQueries
{
    private const int OfInstance = 0;
    private const int OfMetadata = 1;
    private const int OfSystemMetadata = 2;
    private const int OfBlockDevices = 3;

    // As many as an instance has columns that nothing else has.
    private const string NoInstance = "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL";

    // The instance keeps columns of its own: one column cannot be of two collations, and databases that were converted piece by piece have several.
    // Not ordered: for that MariaDB would make a table on disk, which takes as long as all the rest.
    private const string All = $"""
        SELECT 0 AS part, i.id AS n, NULL AS a, NULL AS b, NULL AS c, NULL AS d,
               i.uuid, i.project_id, i.hostname, i.display_name, i.launch_index, i.reservation_id, i.availability_zone,
               i.image_ref, i.kernel_id, i.ramdisk_id, i.key_name, i.key_data, i.user_data,
               i.root_device_name, i.default_ephemeral_device, i.default_swap_device,
               c.network_info, x.flavor, x.keypairs, x.device_metadata, x.numa_topology, x.id, n.id
        FROM instances i
        LEFT JOIN instance_info_caches c ON c.instance_uuid = i.uuid
        LEFT JOIN instance_extra x ON x.instance_uuid = i.uuid
        LEFT JOIN instance_id_mappings n ON n.uuid = i.uuid
        WHERE i.uuid = @id AND i.deleted = 0
        UNION ALL
        SELECT 1, m.id, m.key, m.value, NULL, NULL, {NoInstance}
        FROM instance_metadata m WHERE m.instance_uuid = @id AND m.deleted = 0
        UNION ALL
        SELECT 2, s.id, s.key, s.value, NULL, NULL, {NoInstance}
        FROM instance_system_metadata s WHERE s.instance_uuid = @id AND (s.key LIKE 'password%' OR s.key = 'boot_roles')
        UNION ALL
        SELECT 3, b.id, b.device_name, b.source_type, b.destination_type, b.guest_format, {NoInstance}
        FROM block_device_mapping b WHERE b.instance_uuid = @id AND b.deleted = 0
        """;

    /// <summary>Reads; null when there is no live instance.</summary>
    /// <param name="connection">To the cell.</param>
    /// <param name="id">As received: the database's own rules say whether case matters.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    public static async Task<InstanceRow?> FindAsync(DbConnection connection, string id, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(connection, All, ("@id", id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        (InstanceRow Row, (long, long) Age)? found = null;
        var items = new List<Item>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var part = (int)Sql.Number(reader, 0)!.Value;
            if (part == OfInstance) found = Older(found, reader);
            else items.Add(new Item(part, Sql.Number(reader, 1)!.Value, Sql.Text(reader, 2), Sql.Text(reader, 3), Sql.Text(reader, 4), Sql.Text(reader, 5)));
        }

        return found is { } instance ? With(instance.Row, items) : null;
    }

    // Of rows that should not be there twice the oldest counts.
    private static (InstanceRow, (long, long))? Older((InstanceRow Row, (long, long) Age)? known, DbDataReader reader)
    {
        var age = (Sql.Number(reader, 27) ?? 0, Sql.Number(reader, 28) ?? 0);
        return known is { } other && other.Age.CompareTo(age) <= 0 ? known : (Instance(reader), age);
    }

    private static InstanceRow Instance(DbDataReader reader) => new()
    {
        Uuid = reader.GetString(6),
        ProjectId = Sql.Text(reader, 7),
        Hostname = Sql.Text(reader, 8),
        DisplayName = Sql.Text(reader, 9),
        LaunchIndex = (int?)Sql.Number(reader, 10),
        ReservationId = Sql.Text(reader, 11),
        AvailabilityZone = Sql.Text(reader, 12),
        ImageRef = Sql.Text(reader, 13),
        KernelId = Sql.Text(reader, 14),
        RamdiskId = Sql.Text(reader, 15),
        KeyName = Sql.Text(reader, 16),
        KeyData = Sql.Text(reader, 17),
        UserData = Sql.Text(reader, 18),
        RootDeviceName = Sql.Text(reader, 19),
        DefaultEphemeralDevice = Sql.Text(reader, 20),
        DefaultSwapDevice = Sql.Text(reader, 21),
        NetworkInfo = Sql.Text(reader, 22),
        Flavor = Sql.Text(reader, 23),
        KeyPairs = Sql.Text(reader, 24),
        DeviceMetadata = Sql.Text(reader, 25),
        NumaTopology = Sql.Text(reader, 26),
        Number = Sql.Number(reader, 28),
    };

    // Sorted here: the union needs no temporary table then.
    private static InstanceRow With(InstanceRow row, List<Item> items)
    {
        items.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return row with
        {
            Metadata = [.. items.Where(item => item.Part == OfMetadata).Select(item => KeyValuePair.Create(item.A, item.B))],
            SystemMetadata = [.. items.Where(item => item.Part == OfSystemMetadata).Select(item => KeyValuePair.Create(item.A, item.B))],
            BlockDevices = [.. items.Where(item => item.Part == OfBlockDevices).Select(item => new BlockDeviceMapping(item.A, item.B, item.C, item.D))],
        };
    }

    private sealed record Item(int Part, long Id, string? A, string? B, string? C, string? D);
}
