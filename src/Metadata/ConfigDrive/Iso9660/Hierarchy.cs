namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>One of the two hierarchies of directories over the same contents: the primary one with Rock Ridge, or the one of Joliet.</summary>
internal sealed class Hierarchy
{
    private readonly DirectoryRecords _records;
    private readonly List<IsoDirectory> _directories;
    private int _tableL;
    private int _tableM;

    public Hierarchy(DriveTree tree, IsoContents contents, bool joliet, DateTimeOffset date)
    {
        Joliet = joliet;
        _records = new DirectoryRecords(rockRidge: !joliet, date);
        _directories = IsoDirectory.All(IsoDirectory.Of(tree, contents, joliet));
    }

    public bool Joliet { get; }

    /// <summary>Gives path tables and directories their blocks, from <paramref name="next"/> on.</summary>
    public void Place(ref int next)
    {
        var table = IsoField.Sectors(PathTable.Render(_directories, bigEndian: false).Length);
        (_tableL, _tableM) = (next, next + table);
        next += 2 * table;
        foreach (var directory in _directories)
        {
            var length = _records.Render(directory, out var recordsLength).Length;
            (directory.Extent.Block, directory.Extent.Length) = (next, recordsLength);
            next += IsoField.Sectors(length);
        }
    }

    /// <summary>The descriptor, when everything has its place.</summary>
    public byte[] Descriptor(DriveLabel label, int volumeBlocks) => VolumeDescriptor.Volume(
        Joliet, label, volumeBlocks, PathTable.Render(_directories, bigEndian: false).Length, _tableL, _tableM,
        _records.Record(_directories[0].Identifier, _directories[0].Extent, isDirectory: true));

    /// <summary>The pieces in the order of their blocks, when everything has its place.</summary>
    public IEnumerable<byte[]> Pieces()
    {
        yield return PathTable.Render(_directories, bigEndian: false);
        yield return PathTable.Render(_directories, bigEndian: true);
        foreach (var directory in _directories) yield return _records.Render(directory, out _);
    }
}
