namespace Firstlight.Inventory.Nova.Rows;

/// <summary>Everything a cell stores about one live instance, as it is stored: columns unread, NULLs kept.</summary>
internal sealed record InstanceRow
{
    public required string Uuid { get; init; }
    public string? ProjectId { get; init; }
    public string? Hostname { get; init; }
    public string? DisplayName { get; init; }
    public int? LaunchIndex { get; init; }
    public string? ReservationId { get; init; }
    public string? AvailabilityZone { get; init; }
    public string? ImageRef { get; init; }
    public string? KernelId { get; init; }
    public string? RamdiskId { get; init; }
    public string? KeyName { get; init; }
    public string? KeyData { get; init; }
    public string? UserData { get; init; }
    public string? RootDeviceName { get; init; }
    public string? DefaultEphemeralDevice { get; init; }
    public string? DefaultSwapDevice { get; init; }

    /// <summary><c>instance_info_caches.network_info</c>; null also where the row is missing.</summary>
    public string? NetworkInfo { get; init; }

    /// <summary>Columns of <c>instance_extra</c>; null also where the row is missing.</summary>
    public string? Flavor { get; init; }
    public string? KeyPairs { get; init; }
    public string? DeviceMetadata { get; init; }
    public string? NumaTopology { get; init; }

    /// <summary>Number of the instance in <c>instance_id_mappings</c>, null where there is none.</summary>
    public long? Number { get; init; }

    /// <summary>Live rows of <c>instance_metadata</c> by id.</summary>
    public IReadOnlyList<KeyValuePair<string?, string?>> Metadata { get; init; } = [];

    /// <summary>Rows of <c>instance_system_metadata</c> that matter here, by id, soft-deleted ones too.</summary>
    public IReadOnlyList<KeyValuePair<string?, string?>> SystemMetadata { get; init; } = [];

    /// <summary>Live rows of <c>block_device_mapping</c> by id.</summary>
    public IReadOnlyList<Metadata.Instances.BlockDeviceMapping> BlockDevices { get; init; } = [];
}
