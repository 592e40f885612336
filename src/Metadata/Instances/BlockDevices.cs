using System.Collections.Immutable;

namespace Firstlight.Metadata.Instances;

/// <summary>Device names and mappings behind the EC2 item <c>block-device-mapping</c>.</summary>
public sealed record BlockDevices
{
    /// <summary>Root device with <c>/dev/</c>, null when unknown (then the fixed mapping is told).</summary>
    public string? RootDeviceName { get; init; }

    /// <summary>First ephemeral disk, null or empty for none.</summary>
    public string? DefaultEphemeralDevice { get; init; }

    /// <summary>Swap disk, null or empty for none.</summary>
    public string? DefaultSwapDevice { get; init; }

    /// <summary>Live mappings in row order.</summary>
    public ImmutableArray<BlockDeviceMapping> Mappings { get; init; } = [];
}

/// <summary>A row of Nova's <c>block_device_mapping</c>.</summary>
/// <param name="DeviceName">Device with <c>/dev/</c>, may be null.</param>
/// <param name="SourceType"><c>image</c>, <c>volume</c>, <c>snapshot</c> or <c>blank</c>.</param>
/// <param name="DestinationType"><c>local</c> or <c>volume</c>.</param>
/// <param name="GuestFormat"><c>swap</c>, a file system, or null.</param>
public sealed record BlockDeviceMapping(string? DeviceName, string? SourceType, string? DestinationType, string? GuestFormat);
