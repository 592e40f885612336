using System.Collections.Immutable;

namespace Firstlight.Metadata.ConfigDrive;

/// <summary>What is put on a config drive beside what the snapshot's settings say.</summary>
public sealed record ConfigDriveOptions
{
    /// <summary>EC2 versions before 2009-04-04: Nova's default of <see cref="SkippedVersions"/>.</summary>
    public static ImmutableArray<string> OldEc2Versions { get; } =
        ["1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01", "2008-09-01"];

    /// <summary>
    /// EC2 versions that are left out, <c>latest</c> among them if it is named; OpenStack versions never are. Nova's
    /// <c>config_drive_skip_versions</c>, default <see cref="OldEc2Versions"/>.
    /// </summary>
    public ImmutableArray<string> SkippedVersions { get; init; } = OldEc2Versions;

    /// <summary>
    /// The whole <c>vendor_data2.json</c> where services add to it (<see cref="Documents.SnapshotSettings.HasDynamicVendorData"/>), asked for
    /// before; null where they do not.
    /// </summary>
    public ReadOnlyMemory<byte>? DynamicVendorData { get; init; }
}
