namespace Firstlight.Metadata.ConfigDrive;

/// <summary>A drive cannot be made: a document fails, or the files do not fit the format.</summary>
/// <param name="path">Path on the drive.</param>
/// <param name="reason">Short and without secrets.</param>
public sealed class ConfigDriveException(string path, string reason) : Exception($"{path}: {reason}")
{
    /// <summary>Path on the drive.</summary>
    public string Path { get; } = path;

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; } = reason;
}
