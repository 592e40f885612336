using System.Text;
using Firstlight.Metadata.ConfigDrive;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Metadata.Tests.ConfigDrive;

/// <summary>Trees of files, with names and sizes at the borders of both formats.</summary>
internal static class Trees
{
    private const string Anything = "abcXYZ019._-~ $*?;:\\\"'%+,=@#[]éß密钥\u0301";
    private const string Harmless = "abcXYZ019._-~$%+,=@#[]éß密钥";

    private static readonly int[] Lengths = [0, 1, 511, 512, 513, 2047, 2048, 2049, 4096, 10_000];

    /// <summary>Any names that Rock Ridge holds.</summary>
    public static Gen<DriveFile[]> Of(bool harmless, int maxNameLength) =>
        from count in Gen.Choose(0, 25)
        from files in File(harmless ? Harmless : Anything, maxNameLength).ListOf(count)
        select Sound(files);

    private static Gen<DriveFile> File(string characters, int maxNameLength) =>
        from depth in Gen.Choose(1, DriveTree.MaxLevels)
        from names in Name(characters, maxNameLength).ListOf(depth)
        from length in Gen.Elements(Lengths)
        from seed in Gen.Choose(0, 3)
        select new DriveFile(string.Join('/', names), Content(length, seed));

    private static Gen<string> Name(string characters, int maxLength) => Gen.Frequency(
        (6, Gen.Elements("a", "b", "A", "latest", "meta_data.json", "user-data", "2009-04-04", "a.b.c", ".x")),
        (3, from length in Gen.Choose(1, 12) from text in Gen.Elements(characters.ToCharArray()).ArrayOf(length) select Trim(new string(text))),
        (1, from length in Gen.Choose(13, maxLength) from text in Gen.Elements(characters.ToCharArray()).ArrayOf(length) select Trim(new string(text))));

    private static string Trim(string name)
    {
        name = name.Trim(' ', '.');
        while (Encoding.UTF8.GetByteCount(name) > DriveTree.MaxNameBytes) name = name[..^1];
        return name.Trim(' ', '.') is { Length: > 0 } trimmed ? trimmed : "x";
    }

    private static byte[] Content(int length, int seed)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    // Of paths that exclude each other the first stays; names that differ only by case do too for FAT.
    private static DriveFile[] Sound(IReadOnlyList<DriveFile> files)
    {
        var directories = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var spelled = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var kept = new Dictionary<string, DriveFile>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in files)
        {
            var parents = Parents(file.Path).ToList();
            var spellsAnew = parents.Append(file.Path).Any(path => spelled.TryGetValue(path, out var before) && before != path);
            if (spellsAnew || kept.ContainsKey(file.Path) || directories.Contains(file.Path) || parents.Exists(kept.ContainsKey)) continue;
            kept.Add(file.Path, file);
            directories.UnionWith(parents);
            foreach (var path in parents.Append(file.Path)) spelled[path] = path;
        }

        return [.. kept.Values];
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1)) yield return path[..slash];
    }
}
