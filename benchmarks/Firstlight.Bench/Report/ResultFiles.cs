using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Firstlight.Bench.Report;

/// <summary>Keeps a run: every round in <c>benchmarks/results/</c>, the table in <c>benchmarks/README.md</c>.</summary>
internal static class ResultFiles
{
    private const string Begin = "<!-- results: written by ./bench -->";
    private const string End = "<!-- end of results -->";

    // Units such as µ stay readable.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the files and returns their names. A quick run, or one without every peer, is kept under <c>artifacts/</c> only.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(BenchOptions options, BenchResult result, CancellationToken cancellationToken)
    {
        var text = JsonSerializer.Serialize(result, Json) + "\n";
        if (options.Quick || options.Peers.Count < 3)
        {
            var aside = Path.Combine(options.Root, "artifacts", "bench", "quick.json");
            await WriteAsync(aside, text, cancellationToken).ConfigureAwait(false);
            return [aside];
        }

        var results = Path.Combine(options.Root, "benchmarks", "results");
        var kept = Path.Combine(results, string.Create(CultureInfo.InvariantCulture, $"{result.Finished:yyyy-MM-dd}-{result.Host.Commit}.json"));
        var latest = Path.Combine(results, "latest.json");
        var readme = Path.Combine(options.Root, "benchmarks", "README.md");
        var page = await File.ReadAllTextAsync(readme, cancellationToken).ConfigureAwait(false);
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            throw new BenchException("benchmarks/README.md has lost the marks the table is written between");
        }

        await WriteAsync(kept, text, cancellationToken).ConfigureAwait(false);
        await WriteAsync(latest, text, cancellationToken).ConfigureAwait(false);
        await WriteAsync(readme, $"{page[..from]}{Begin}\n\n{Table.Render(result)}\n{page[to..]}", cancellationToken).ConfigureAwait(false);
        return [kept, latest, readme];
    }

    private static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".tmp";
        await File.WriteAllTextAsync(temporary, text, cancellationToken).ConfigureAwait(false);
        File.Move(temporary, path, overwrite: true);
    }
}
