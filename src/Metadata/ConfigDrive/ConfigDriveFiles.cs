using System.Collections.Immutable;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Documents.Ec2;
using Firstlight.Metadata.Documents.OpenStack;

namespace Firstlight.Metadata.ConfigDrive;

/// <summary>The files of an instance's config drive: its snapshot walked over all versions.</summary>
/// <remarks>
/// As Nova lays them out: <c>ec2/VERSION/{user-data,meta-data.json}</c>, <c>openstack/VERSION/…</c> of every version, future ones too, and
/// <c>openstack/content/0000</c> for an injected network. There is no <c>password</c>; each <c>meta_data.json</c> has a seed of its own.
/// </remarks>
public static class ConfigDriveFiles
{
    private const string TemplatePath = "openstack/content/0000";

    /// <summary>Renders them.</summary>
    /// <param name="snapshot">The instance, taken without a client's address; it must know its security groups.</param>
    /// <param name="options">What else.</param>
    /// <returns>In the order Nova makes them.</returns>
    /// <exception cref="ConfigDriveException">A document that cannot be told: a drive is made once, so none is better than one without it.</exception>
    public static ImmutableArray<DriveFile> Of(Snapshot snapshot, ConfigDriveOptions options)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(options);
        return [.. Ec2(snapshot, options), .. OpenStack(snapshot, options), .. Content(snapshot)];
    }

    private static IEnumerable<DriveFile> Ec2(Snapshot snapshot, ConfigDriveOptions options)
    {
        foreach (var version in Ec2Versions.All.Append(Ec2Versions.Latest).Except(options.SkippedVersions, StringComparer.Ordinal))
        {
            if (snapshot.HasUserData) yield return Found(snapshot, $"ec2/{version}/user-data", options);
            yield return File($"ec2/{version}/meta-data.json", snapshot.Ec2Json(Ec2Versions.IndexOf(version)), options);
        }
    }

    private static IEnumerable<DriveFile> OpenStack(Snapshot snapshot, ConfigDriveOptions options)
    {
        foreach (var (index, version) in OpenStackVersions.All.Take(snapshot.Versions).Append(OpenStackVersions.Latest).Index())
        {
            var folder = $"openstack/{version}";
            yield return Found(snapshot, $"{folder}/meta_data.json", options);
            if (snapshot.HasUserData) yield return Found(snapshot, $"{folder}/user_data", options);
            if (index >= OpenStackVersions.VendorData && snapshot.IsVendorDataListed) yield return Found(snapshot, $"{folder}/vendor_data.json", options);
            if (index >= OpenStackVersions.NetworkData) yield return Found(snapshot, $"{folder}/network_data.json", options);
            if (index >= OpenStackVersions.VendorData2) yield return Found(snapshot, $"{folder}/vendor_data2.json", options);
        }
    }

    private static IEnumerable<DriveFile> Content(Snapshot snapshot)
    {
        if (snapshot.Find("/" + TemplatePath) is { Outcome: SnapshotOutcome.Document } template) yield return new DriveFile(TemplatePath, template.Content());
    }

    private static DriveFile Found(Snapshot snapshot, string path, ConfigDriveOptions options) => File(path, snapshot.Find("/" + path), options);

    private static DriveFile File(string path, SnapshotEntry entry, ConfigDriveOptions options) => entry.Outcome switch
    {
        SnapshotOutcome.Document => new DriveFile(path, entry.Content()),
        SnapshotOutcome.DynamicVendorData when options.DynamicVendorData is { } document => new DriveFile(path, document),
        SnapshotOutcome.DynamicVendorData => throw new ConfigDriveException(path, "services add to it, and they were not asked"),
        SnapshotOutcome.Failed => throw new ConfigDriveException(path, entry.Reason!),
        _ => throw new ConfigDriveException(path, "Nova makes no config drive of this"),
    };
}
