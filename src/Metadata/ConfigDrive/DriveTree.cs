using System.Text;

namespace Firstlight.Metadata.ConfigDrive;

/// <summary>Paths as a tree: what both formats are written from.</summary>
internal sealed class DriveTree
{
    /// <summary>Longest name in bytes of UTF-8: what one name field of Rock Ridge holds.</summary>
    public const int MaxNameBytes = 250;

    /// <summary>Levels of directories, the root among them (ECMA-119 6.8.2.1).</summary>
    public const int MaxLevels = 8;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly SortedDictionary<string, DriveTree> _children = new(StringComparer.Ordinal);

    private DriveTree(string name, ReadOnlyMemory<byte>? content)
    {
        Name = name;
        Content = content;
    }

    /// <summary>Name in its directory; empty for the root.</summary>
    public string Name { get; }

    /// <summary>Content of a file; null for a directory.</summary>
    public ReadOnlyMemory<byte>? Content { get; }

    public bool IsDirectory => Content is null;

    /// <summary>What a directory holds, by name in code unit order.</summary>
    public IReadOnlyCollection<DriveTree> Children => _children.Values;

    /// <summary>Builds the tree.</summary>
    /// <exception cref="ConfigDriveException">A path that neither format can hold, or that is there twice.</exception>
    public static DriveTree Of(IEnumerable<DriveFile> files)
    {
        var root = new DriveTree("", null);
        foreach (var file in files) root.Add(file);
        return root;
    }

    private void Add(DriveFile file)
    {
        var names = file.Path.Split('/');
        if (names.Length > MaxLevels) throw new ConfigDriveException(file.Path, $"deeper than {MaxLevels} levels");
        foreach (var name in names) Check(file, name);

        var at = this;
        foreach (var name in names.SkipLast(1))
        {
            if (!at._children.TryGetValue(name, out var next)) at._children.Add(name, next = new DriveTree(name, null));
            if (!next.IsDirectory) throw new ConfigDriveException(file.Path, $"{name} is a file and a directory");
            at = next;
        }

        if (!at._children.TryAdd(names[^1], new DriveTree(names[^1], file.Content))) throw new ConfigDriveException(file.Path, "there twice");
    }

    private static void Check(DriveFile file, string name)
    {
        if (name is "" or "." or ".." || name.Contains('\0', StringComparison.Ordinal)) throw new ConfigDriveException(file.Path, $"'{name}' is no name");
        try
        {
            if (StrictUtf8.GetByteCount(name) > MaxNameBytes) throw new ConfigDriveException(file.Path, $"a name is longer than {MaxNameBytes} bytes");
        }
        catch (EncoderFallbackException)
        {
            throw new ConfigDriveException(file.Path, "a name is no Unicode text");
        }
    }
}
