namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>Where bytes of a file or directory are.</summary>
internal sealed class IsoExtent
{
    /// <summary>First logical block.</summary>
    public int Block { get; set; }

    /// <summary>Length in bytes.</summary>
    public int Length { get; set; }
}

/// <summary>An item of a directory.</summary>
/// <param name="Identifier">As its record has it.</param>
/// <param name="Name">Its real name.</param>
/// <param name="Extent">Its bytes.</param>
/// <param name="Directory">Null for a file.</param>
internal sealed record IsoItem(byte[] Identifier, string Name, IsoExtent Extent, IsoDirectory? Directory);

/// <summary>A directory of one of the two hierarchies.</summary>
internal sealed class IsoDirectory
{
    private IsoDirectory(IsoDirectory? parent, byte[] identifier)
    {
        Parent = parent ?? this;
        Identifier = identifier;
    }

    /// <summary>The root is its own.</summary>
    public IsoDirectory Parent { get; }

    public bool IsRoot => Parent == this;

    /// <summary>As its record and the path table have it: one zero byte for the root.</summary>
    public byte[] Identifier { get; }

    public IsoExtent Extent { get; } = new();

    /// <summary>In the order of their identifiers (ECMA-119 9.3).</summary>
    public IReadOnlyList<IsoItem> Items { get; private set; } = [];

    /// <summary>POSIX link count: its name, its dot and the dots of its directories.</summary>
    public int Links => 2 + Items.Count(item => item.Directory is not null);

    /// <summary>Builds a hierarchy.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="contents">Extents of contents, shared by both hierarchies and by equal files.</param>
    /// <param name="joliet">Which of the two.</param>
    public static IsoDirectory Of(DriveTree tree, IsoContents contents, bool joliet) => Of(tree, contents, joliet, null, [0]);

    /// <summary>All directories in the order of path tables (ECMA-119 6.9.1): by level, then by parent, then by identifier.</summary>
    public static List<IsoDirectory> All(IsoDirectory root)
    {
        List<IsoDirectory> all = [root];
        for (var i = 0; i < all.Count; i++) all.AddRange(all[i].Items.Where(item => item.Directory is not null).Select(item => item.Directory!));
        return all;
    }

    private static IsoDirectory Of(DriveTree tree, IsoContents contents, bool joliet, IsoDirectory? parent, byte[] identifier)
    {
        var directory = new IsoDirectory(parent, identifier);
        var names = new IsoNames(joliet);
        var items = new List<IsoItem>();
        foreach (var child in tree.Children)
        {
            var name = names.Next(child.Name, child.IsDirectory);
            if (child.Content is { } content)
            {
                items.Add(new IsoItem(name, child.Name, contents.ExtentOf(content), null));
            }
            else
            {
                var below = Of(child, contents, joliet, directory, name);
                items.Add(new IsoItem(name, child.Name, below.Extent, below));
            }
        }

        items.Sort((a, b) => IsoIdentifierOrder.Compare(a.Identifier, b.Identifier, joliet));
        directory.Items = items;
        return directory;
    }
}
