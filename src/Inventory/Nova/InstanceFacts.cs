using System.Collections.Immutable;
using System.Text.Json;
using Firstlight.Inventory.Nova.Columns;
using Firstlight.Inventory.Nova.Rows;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Nova;

/// <summary>Turns what a cell stores into facts.</summary>
/// <remarks>A column that cannot be read becomes a fault of its part, or of everything where Nova's strictness is wanted.</remarks>
internal sealed class InstanceFacts(InstanceRow row, bool strict, ILogger logger)
{
    // What no X-Tenant-ID can be: an instance of nobody's is nobody's to read.
    private const string NoProject = "\0";

    private const string BootRolesKey = "boot_roles";

    private InstanceParts _faults;

    /// <summary>Reads all columns.</summary>
    /// <exception cref="InvalidDataException">A column cannot be read and strictness is wanted.</exception>
    public Instance Read(Ec2Numbers numbers)
    {
        var instance = new Instance
        {
            Id = new InstanceId(row.Uuid),
            ProjectId = new ProjectId(row.ProjectId ?? NoProject),
            Name = row.DisplayName,
            Hostname = row.Hostname,
            LaunchIndex = row.LaunchIndex,
            AvailabilityZone = row.AvailabilityZone,
            ReservationId = row.ReservationId,
            FlavorName = Column(InstanceParts.Flavor, "instance_extra.flavor", () => ExtraColumns.FlavorName(row.Flavor), null),
            ImageRef = row.ImageRef ?? "",
            Ec2 = numbers,
            KeyName = row.KeyName,
            KeyData = row.KeyData,
            KeyPairs = Column(InstanceParts.KeyPairs, "instance_extra.keypairs", () => ExtraColumns.KeyPairs(row.KeyPairs), []),
            UserData = Column(InstanceParts.UserData, "instances.user_data", () => UserDataColumn.Read(row.UserData), null),
            RawUserData = row.UserData,
            Metadata = Column(InstanceParts.Metadata, "instance_metadata.value", () => row.Metadata.Select(Item).ToImmutableArray(), []),
            NetworkInfo = Column(InstanceParts.NetworkInfo, "instance_info_caches.network_info", () => NetworkInfoColumn.Read(row.NetworkInfo), []),
            Devices = Column(InstanceParts.Devices, "instance_extra.device_metadata", () => ExtraColumns.Devices(row.DeviceMetadata), []),
            DedicatedCpus = Column(InstanceParts.Numa, "instance_extra.numa_topology", () => ExtraColumns.DedicatedCpus(row.NumaTopology), []),
            BlockDevices = new BlockDevices
            {
                RootDeviceName = row.RootDeviceName,
                DefaultEphemeralDevice = row.DefaultEphemeralDevice,
                DefaultSwapDevice = row.DefaultSwapDevice,
                Mappings = [.. row.BlockDevices],
            },
            Password = Column(InstanceParts.Password, "instance_system_metadata.value", () => PasswordRows.Join(row.SystemMetadata), ""),
            BootRoles = row.SystemMetadata.LastOrDefault(item => item.Key == BootRolesKey).Value ?? "",
        };
        return instance with { Faults = _faults };
    }

    private static KeyValuePair<string, string> Item(KeyValuePair<string?, string?> item) =>
        new(item.Key ?? throw new FormatException("a row without key"), item.Value ?? throw new FormatException("a row without value"));

    private T Column<T>(InstanceParts part, string column, Func<T> read, T otherwise)
    {
        string reason;
        try
        {
            return read();
        }
        catch (JsonException e)
        {
            // The parser's own message shows what it met.
            reason = $"not JSON, from byte {e.BytePositionInLine} on";
        }
        catch (InvalidOperationException)
        {
            reason = "JSON, but not of the form Nova writes";
        }
        catch (FormatException e)
        {
            reason = e.Message;
        }

        if (strict) throw new InvalidDataException($"{column} of instance {row.Uuid} cannot be read: {reason}");
        NovaLog.ColumnUnreadable(logger, column, row.Uuid, reason);
        _faults |= part;
        return otherwise;
    }
}
