using System.Data.Common;
using Firstlight.Metadata.Instances;

namespace Firstlight.Inventory.Nova.Rows;

/// <summary>Reads an instance from its cell: one statement for what it has once, one for what it has many of.</summary>
internal static class InstanceQueries
{
    // Ordered so that of rows that should not be there twice the oldest counts.
    private const string Once = """
        SELECT i.id, i.uuid, i.project_id, i.hostname, i.display_name, i.launch_index, i.reservation_id, i.availability_zone,
               i.image_ref, i.kernel_id, i.ramdisk_id, i.key_name, i.key_data, i.user_data,
               i.root_device_name, i.default_ephemeral_device, i.default_swap_device,
               c.network_info, x.flavor, x.keypairs, x.device_metadata, x.numa_topology, n.id
        FROM instances i
        LEFT JOIN instance_info_caches c ON c.instance_uuid = i.uuid
        LEFT JOIN instance_extra x ON x.instance_uuid = i.uuid
        LEFT JOIN instance_id_mappings n ON n.uuid = i.uuid
        WHERE i.uuid = @id AND i.deleted = 0
        ORDER BY x.id, n.id LIMIT 1
        """;

    private const int OfMetadata = 1;
    private const int OfSystemMetadata = 2;
    private const int OfBlockDevices = 3;

    private const string Many = """
        SELECT 1 AS part, m.id AS n, m.key AS a, m.value AS b, NULL AS c, NULL AS d
        FROM instance_metadata m WHERE m.instance_uuid = @id AND m.deleted = 0
        UNION ALL
        SELECT 2, s.id, s.key, s.value, NULL, NULL
        FROM instance_system_metadata s WHERE s.instance_uuid = @id AND (s.key LIKE 'password%' OR s.key = 'boot_roles')
        UNION ALL
        SELECT 3, b.id, b.device_name, b.source_type, b.destination_type, b.guest_format
        FROM block_device_mapping b WHERE b.instance_uuid = @id AND b.deleted = 0
        """;

    /// <summary>Reads; null when there is no live instance.</summary>
    /// <param name="connection">To the cell.</param>
    /// <param name="id">As received: the database's own rules say whether case matters.</param>
    /// <param name="cancellationToken">Ends the statements.</param>
    public static async Task<InstanceRow?> FindAsync(DbConnection connection, string id, CancellationToken cancellationToken)
    {
        if (!connection.CanCreateBatch)
        {
            InstanceRow? found;
            await using (var once = Sql.Command(connection, Once, ("@id", id)))
            await using (var reader = await once.ExecuteReaderAsync(cancellationToken))
                found = await HeadAsync(reader, cancellationToken);
            if (found is null) return null;

            await using var many = Sql.Command(connection, Many, ("@id", id));
            await using var rows = await many.ExecuteReaderAsync(cancellationToken);
            return await TailAsync(found, rows, cancellationToken);
        }

        await using var batch = connection.CreateBatch();
        Sql.Add(batch, Once, ("@id", id));
        Sql.Add(batch, Many, ("@id", id));
        await using var both = await batch.ExecuteReaderAsync(cancellationToken);
        if (await HeadAsync(both, cancellationToken) is not { } row) return null;

        await both.NextResultAsync(cancellationToken);
        return await TailAsync(row, both, cancellationToken);
    }

    private static async Task<InstanceRow?> HeadAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken)) return null;

        return new InstanceRow
        {
            Id = Sql.Number(reader, 0)!.Value,
            Uuid = reader.GetString(1),
            ProjectId = Sql.Text(reader, 2),
            Hostname = Sql.Text(reader, 3),
            DisplayName = Sql.Text(reader, 4),
            LaunchIndex = (int?)Sql.Number(reader, 5),
            ReservationId = Sql.Text(reader, 6),
            AvailabilityZone = Sql.Text(reader, 7),
            ImageRef = Sql.Text(reader, 8),
            KernelId = Sql.Text(reader, 9),
            RamdiskId = Sql.Text(reader, 10),
            KeyName = Sql.Text(reader, 11),
            KeyData = Sql.Text(reader, 12),
            UserData = Sql.Text(reader, 13),
            RootDeviceName = Sql.Text(reader, 14),
            DefaultEphemeralDevice = Sql.Text(reader, 15),
            DefaultSwapDevice = Sql.Text(reader, 16),
            NetworkInfo = Sql.Text(reader, 17),
            Flavor = Sql.Text(reader, 18),
            KeyPairs = Sql.Text(reader, 19),
            DeviceMetadata = Sql.Text(reader, 20),
            NumaTopology = Sql.Text(reader, 21),
            Number = Sql.Number(reader, 22),
        };
    }

    // Sorted here: the union needs no temporary table then.
    private static async Task<InstanceRow> TailAsync(InstanceRow row, DbDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new List<Item>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new Item(
                (int)Sql.Number(reader, 0)!.Value, Sql.Number(reader, 1)!.Value,
                Sql.Text(reader, 2), Sql.Text(reader, 3), Sql.Text(reader, 4), Sql.Text(reader, 5)));
        }

        rows.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return row with
        {
            Metadata = [.. rows.Where(item => item.Part == OfMetadata).Select(item => KeyValuePair.Create(item.A, item.B))],
            SystemMetadata = [.. rows.Where(item => item.Part == OfSystemMetadata).Select(item => KeyValuePair.Create(item.A, item.B))],
            BlockDevices = [.. rows.Where(item => item.Part == OfBlockDevices).Select(item => new BlockDeviceMapping(item.A, item.B, item.C, item.D))],
        };
    }

    private sealed record Item(int Part, long Id, string? A, string? B, string? C, string? D);
}
