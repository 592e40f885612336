using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Firstlight.Bench.Report;

/// <summary>Keeps a run: every round in <c>benchmarks/results/</c>, the table in <c>benchmarks/README.md</c>.</summary>
internal static class ResultFiles
{
    // Units such as µ stay readable.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the files and returns their names. A quick run, or one without every peer, is kept under <c>artifacts/</c> only.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync<T>(BenchOptions options, T result, string table, CancellationToken cancellationToken)
        where T : IKeptResult
    {
        var text = JsonSerializer.Serialize(result, Json) + "\n";
        // The path's names are from before there was another scenario.
        var (prefix, of) = options.Scenario == "path" ? ("", "") : ($"{options.Scenario}-", $" of {options.Scenario}");
        var (begin, end) = ($"<!-- results{of}: written by ./bench -->", $"<!-- end of results{of} -->");
        if (!options.ForTheRecord)
        {
            var aside = Path.Combine(options.Root, "artifacts", "bench", $"{prefix}quick.json");
            await WriteAsync(aside, text, cancellationToken).ConfigureAwait(false);
            return [aside];
        }

        var results = Path.Combine(options.Root, "benchmarks", "results");
        var kept = Path.Combine(results, string.Create(CultureInfo.InvariantCulture, $"{prefix}{result.Finished:yyyy-MM-dd}-{result.Host.Commit}.json"));
        var latest = Path.Combine(results, $"{prefix}latest.json");
        var readme = Path.Combine(options.Root, "benchmarks", "README.md");
        var page = await File.ReadAllTextAsync(readme, cancellationToken).ConfigureAwait(false);
        var (from, to) = (page.IndexOf(begin, StringComparison.Ordinal), page.IndexOf(end, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            throw new BenchException("benchmarks/README.md has lost the marks the table is written between");
        }

        await WriteAsync(kept, text, cancellationToken).ConfigureAwait(false);
        await WriteAsync(latest, text, cancellationToken).ConfigureAwait(false);
        await WriteAsync(readme, $"{page[..from]}{begin}\n\n{table}\n{page[to..]}", cancellationToken).ConfigureAwait(false);
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
