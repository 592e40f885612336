namespace Firstlight.Metadata.ConfigDrive;

/// <summary>A file of a drive.</summary>
/// <param name="Path">Names behind one another, separated by slashes, none in front: <c>openstack/latest/meta_data.json</c>.</param>
/// <param name="Content">The bytes; may be shared and must not be written to.</param>
public sealed record DriveFile(string Path, ReadOnlyMemory<byte> Content)
{
    /// <summary>The path only: content may be user data.</summary>
    public override string ToString() => Path;
}
