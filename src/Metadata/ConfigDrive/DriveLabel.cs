namespace Firstlight.Metadata.ConfigDrive;

/// <summary>What a drive says of itself.</summary>
/// <param name="Publisher">Who made it, at most 128 characters of ASCII; ISO 9660 only.</param>
/// <param name="Made">Date of the drive and of all files on it; told in UTC.</param>
public sealed record DriveLabel(string Publisher, DateTimeOffset Made)
{
    /// <summary>Name of the volume that guests look for: that of Nova's config drives of version 2.</summary>
    public const string Volume = "config-2";
}
