using System.Buffers.Binary;

namespace Firstlight.Metadata.ConfigDrive.Vfat;

/// <summary>Everything on a volume with its place: clusters are given in one run each, from the first on.</summary>
internal sealed class FatVolume
{
    private const ushort EndOfChain = 0xffff;
    private readonly DateTimeOffset _date;
    private readonly byte[] _table = new byte[FatLayout.TableSectors * FatLayout.Sector];
    private readonly List<ReadOnlyMemory<byte>> _runs = [];
    private int _next = FatLayout.FirstCluster;

    public FatVolume(DriveTree tree, DateTimeOffset date)
    {
        _date = date;
        Link(0, 0xff00 | FatLayout.FixedDisk);
        Link(1, EndOfChain);
        var root = new DirectoryEntries(date);
        root.AddVolume(DriveLabel.Volume);
        Fill(root, tree, own: 0);
        Root = root.Bytes;
        if (Root.Length > FatLayout.RootEntries * DirectoryEntries.Size) throw new ConfigDriveException("/", "vfat holds no more names in the root");
    }

    /// <summary>The root directory.</summary>
    public byte[] Root { get; }

    /// <summary>The table of clusters.</summary>
    public ReadOnlyMemory<byte> Table => _table;

    /// <summary>Contents of files and directories; each begins a cluster.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Runs => _runs;

    private void Fill(DirectoryEntries entries, DriveTree tree, int own)
    {
        var names = new FatNames();
        foreach (var child in tree.Children)
        {
            var alias = names.Next(child.Name);
            if (child.Content is { } content) entries.Add(child.Name, alias, isDirectory: false, Place(content, child.Name), content.Length);
            else entries.Add(child.Name, alias, isDirectory: true, PlaceDirectory(child, own), 0);
        }
    }

    // A directory comes before what is in it: its place must be known to those below, its entries are known after them.
    private int PlaceDirectory(DriveTree tree, int parent)
    {
        var length = DirectoryEntries.Size * (2 + tree.Children.Sum(child => DirectoryEntries.CountOf(child.Name)));
        var cluster = Take(length, tree.Name);
        var run = _runs.Count;
        _runs.Add(default);
        var entries = new DirectoryEntries(_date);
        entries.AddDots(cluster, parent);
        Fill(entries, tree, cluster);
        _runs[run] = entries.Bytes;
        return cluster;
    }

    private int Place(ReadOnlyMemory<byte> content, string name)
    {
        if (content.IsEmpty) return 0;
        _runs.Add(content);
        return Take(content.Length, name);
    }

    private int Take(int bytes, string name)
    {
        var first = _next;
        var count = FatLayout.ClustersOf(bytes);
        if (first + count > FatLayout.FirstCluster + FatLayout.Clusters) throw new ConfigDriveException(name, "the 64 MiB of a vfat drive are full");
        for (var i = 1; i < count; i++) Link(_next, (ushort)++_next);
        Link(_next++, EndOfChain);
        return first;
    }

    private void Link(int cluster, ushort next) => BinaryPrimitives.WriteUInt16LittleEndian(_table.AsSpan(2 * cluster), next);
}
