namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>An ISO 9660 image (ECMA-119) with Rock Ridge for POSIX systems and Joliet for Windows.</summary>
/// <remarks>
/// Sectors: 16 empty, the three descriptors, path tables and directories of the primary hierarchy, the same of Joliet, contents. Equal contents are
/// there once. The bytes depend on files and label alone.
/// </remarks>
public static class Iso9660Image
{
    private const int SystemAreaSectors = 16;
    private const int Descriptors = 3;

    /// <summary>Writes an image; memory needed beside the files is that of the directories.</summary>
    /// <param name="files">At most 8 levels, names of at most 250 bytes of UTF-8.</param>
    /// <param name="label">Publisher and date.</param>
    /// <param name="output">Written from where it is; not sought in.</param>
    /// <param name="cancellationToken">Ends it half-way.</param>
    /// <exception cref="ConfigDriveException">Files that the format cannot hold; nothing is written then.</exception>
    public static async Task WriteAsync(IEnumerable<DriveFile> files, DriveLabel label, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(output);
        var tree = DriveTree.Of(files);
        var contents = new IsoContents();
        Hierarchy[] hierarchies = [new(tree, contents, joliet: false, label.Made), new(tree, contents, joliet: true, label.Made)];

        var blocks = SystemAreaSectors + Descriptors;
        foreach (var hierarchy in hierarchies) hierarchy.Place(ref blocks);
        foreach (var (extent, content) in contents.All)
        {
            // What has no bytes has no place; behind the last file it would be one outside the volume.
            extent.Block = content.IsEmpty ? 0 : blocks;
            blocks = checked(blocks + IsoField.Sectors(content.Length));
        }

        await output.WriteAsync(new byte[SystemAreaSectors * IsoField.Sector], cancellationToken);
        foreach (var hierarchy in hierarchies) await output.WriteAsync(hierarchy.Descriptor(label, blocks), cancellationToken);
        await output.WriteAsync(VolumeDescriptor.Terminator(), cancellationToken);
        foreach (var piece in hierarchies.SelectMany(hierarchy => hierarchy.Pieces())) await PaddedAsync(output, piece, cancellationToken);
        foreach (var (_, content) in contents.All) await PaddedAsync(output, content, cancellationToken);
    }

    private static async Task PaddedAsync(Stream output, ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        await output.WriteAsync(piece, cancellationToken);
        var padding = (IsoField.Sector - (piece.Length % IsoField.Sector)) % IsoField.Sector;
        if (padding > 0) await output.WriteAsync(new byte[padding], cancellationToken);
    }
}
