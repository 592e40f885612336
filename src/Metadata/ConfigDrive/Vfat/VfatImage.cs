namespace Firstlight.Metadata.ConfigDrive.Vfat;

/// <summary>A disk of 64 MiB that is one FAT16 file system with long names, as Nova's <c>config_drive_format = vfat</c>.</summary>
/// <remarks>The bytes depend on files and label alone.</remarks>
public static class VfatImage
{
    /// <summary>Bytes of every image.</summary>
    public const long Length = (long)FatLayout.TotalSectors * FatLayout.Sector;

    /// <summary>Writes an image.</summary>
    /// <param name="files">Names that differ by more than case, without <c>" * : &lt; &gt; ? \ |</c>.</param>
    /// <param name="label">Its date.</param>
    /// <param name="output">Written from where it is; not sought in.</param>
    /// <param name="cancellationToken">Ends it half-way.</param>
    /// <exception cref="ConfigDriveException">Files that the format cannot hold; nothing is written then.</exception>
    public static async Task WriteAsync(IEnumerable<DriveFile> files, DriveLabel label, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(output);
        var volume = new FatVolume(DriveTree.Of(files), label.Made);
        var written = 0L;
        await PaddedAsync(BootSector.Render(label), FatLayout.ReservedSectors * FatLayout.Sector);
        for (var i = 0; i < FatLayout.Tables; i++) await PaddedAsync(volume.Table, FatLayout.Sector);
        await PaddedAsync(volume.Root, FatLayout.RootSectors * FatLayout.Sector);
        foreach (var run in volume.Runs) await PaddedAsync(run, FatLayout.Cluster);

        var zeros = new byte[1 << 20];
        while (written < Length) await WriteAsync(zeros.AsMemory(0, (int)Math.Min(zeros.Length, Length - written)));

        async ValueTask PaddedAsync(ReadOnlyMemory<byte> piece, int unit)
        {
            await WriteAsync(piece);
            var padding = (unit - (piece.Length % unit)) % unit;
            if (padding > 0) await WriteAsync(new byte[padding]);
        }

        async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            await output.WriteAsync(bytes, cancellationToken);
            written += bytes.Length;
        }
    }
}
