using Firstlight.Tests.Support;

namespace Firstlight.Bench.Tests.Support;

/// <summary>A copy of what ./bench writes in the checkout, to be changed.</summary>
internal sealed class Checkout : IDisposable
{
    private Checkout(string copy) => Copy = copy;

    public string Copy { get; }

    /// <summary>Copies pages and results.</summary>
    public static Checkout MakeCopy()
    {
        var copy = Directory.CreateTempSubdirectory("firstlight-bench-pages-").FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "benchmarks/results")).Append(Path.Combine(Repository.Root, "README.md")).Append(Path.Combine(Repository.Root, "benchmarks/README.md")))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(Repository.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return new(copy);
    }

    public void Dispose() => Directory.Delete(Copy, recursive: true);
}
