using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Firstlight.Bench.Report;

/// <summary>Keeps a run: every round in <c>benchmarks/results/</c>, and the pages made of the newest ones.</summary>
internal static class ResultFiles
{
    // Units such as µ stay readable.
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The newest kept result of a scenario.</summary>
    public static string Latest(string root, string scenario) => Path.Combine(root, "benchmarks", "results", $"{scenario}-latest.json");

    /// <summary>Writes the files and returns their names. A run that is for no record is kept under <c>artifacts/</c> only.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(BenchOptions options, IKeptResult result, Rendered rendered, CancellationToken cancellationToken)
    {
        var text = JsonSerializer.Serialize(result, result.GetType(), Json) + "\n";
        if (!options.ForTheRecord)
        {
            var aside = Path.Combine(options.Root, "artifacts", "bench");
            var json = Path.Combine(aside, $"{options.Scenario}-quick.json");
            await WriteAsync(json, text, cancellationToken);
            foreach (var plot in rendered.Plots) await WriteAsync(Path.Combine(aside, $"{plot.Name}.svg"), plot.Render(), cancellationToken);
            return [json, .. rendered.Plots.Select(p => Path.Combine(aside, $"{p.Name}.svg"))];
        }

        var latest = Latest(options.Root, options.Scenario);
        var kept = Path.Combine(Path.GetDirectoryName(latest)!, string.Create(CultureInfo.InvariantCulture, $"{options.Scenario}-{result.Finished:yyyy-MM-dd}-{result.Host.Commit}.json"));
        await WriteAsync(kept, text, cancellationToken);
        await WriteAsync(latest, text, cancellationToken);
        return [kept, latest, .. await Pages.WriteAsync(options.Root, cancellationToken)];
    }

    /// <summary>Writes a file beside and renames it.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".tmp";
        await File.WriteAllTextAsync(temporary, text, cancellationToken);
        File.Move(temporary, path, overwrite: true);
    }
}
