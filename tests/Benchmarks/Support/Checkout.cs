namespace Firstlight.Bench.Tests.Support;

/// <summary>The checkout these tests were built in, and copies of what ./bench writes there.</summary>
internal sealed class Checkout : IDisposable
{
    private Checkout(string copy) => Copy = copy;

    public static string Root { get; } = Find();

    public string Copy { get; }

    /// <summary>A copy of pages and results, to be changed.</summary>
    public static Checkout MakeCopy()
    {
        var copy = Directory.CreateTempSubdirectory("firstlight-bench-pages-").FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, "benchmarks/results")).Append(Path.Combine(Root, "README.md")).Append(Path.Combine(Root, "benchmarks/README.md")))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return new(copy);
    }

    public void Dispose() => Directory.Delete(Copy, recursive: true);

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Firstlight.slnx"))) return directory.FullName;
        }

        throw new InvalidOperationException($"no checkout above {AppContext.BaseDirectory}");
    }
}
