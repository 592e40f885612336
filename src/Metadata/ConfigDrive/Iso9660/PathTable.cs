using System.Buffers.Binary;

namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>A path table (ECMA-119 9.4): all directories of a hierarchy, each with the number of its parent.</summary>
internal static class PathTable
{
    /// <summary>Renders it with the blocks the directories have now; its length does not depend on them.</summary>
    /// <param name="directories">As <see cref="IsoDirectory.All"/> orders them.</param>
    /// <param name="bigEndian">Type M instead of type L.</param>
    /// <exception cref="ConfigDriveException">More directories than numbers.</exception>
    public static byte[] Render(IReadOnlyList<IsoDirectory> directories, bool bigEndian)
    {
        if (directories.Count > ushort.MaxValue) throw new ConfigDriveException("/", $"more than {ushort.MaxValue} directories");

        var numbers = new Dictionary<IsoDirectory, ushort>();
        var table = new List<byte>();
        foreach (var directory in directories)
        {
            numbers[directory] = (ushort)(numbers.Count + 1);
            var record = new byte[8 + directory.Identifier.Length + (directory.Identifier.Length % 2)];
            record[0] = (byte)directory.Identifier.Length;
            if (bigEndian)
            {
                BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(2), directory.Extent.Block);
                BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(6), numbers[directory.Parent]);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(2), directory.Extent.Block);
                BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(6), numbers[directory.Parent]);
            }

            directory.Identifier.CopyTo(record, 8);
            table.AddRange(record);
        }

        return [.. table];
    }
}
