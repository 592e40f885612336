using System.Globalization;
using System.Text;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.Report;

/// <summary>
/// What people read of the kept results: <c>benchmarks/README.md</c> with its plots, and the figures in <c>README.md</c>. Both are the results and nothing else,
/// so they can be written again at any time; a test compares them.
/// </summary>
internal static class Pages
{
    private const string FiguresBegin = "<!-- figures: written by ./bench -->";
    private const string FiguresEnd = "<!-- end of figures -->";

    /// <summary>Writes what differs and returns its names.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(string root, CancellationToken cancellationToken)
    {
        var written = new List<string>();
        foreach (var (path, text) in Render(root).Where(f => !File.Exists(f.Key) || File.ReadAllText(f.Key) != f.Value))
        {
            await ResultFiles.WriteAsync(path, text, cancellationToken);
            written.Add(path);
        }

        return written;
    }

    /// <summary>All pages and plots as the kept results have them, by path. What stands outside the marks stays as it is.</summary>
    public static SortedDictionary<string, string> Render(string root)
    {
        var page = Path.Combine(root, "benchmarks", "README.md");
        var readme = Path.Combine(root, "README.md");
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal) { [page] = File.ReadAllText(page), [readme] = File.ReadAllText(readme) };
        var figures = new StringBuilder("| | peer | Firstlight | ratio | promised | measured by |\n|---|--:|--:|--:|---|---|\n");
        var runs = new List<string>();
        foreach (var scenario in ScenarioList.All)
        {
            var latest = ResultFiles.Latest(root, scenario.Name);
            if (!File.Exists(latest)) continue;
            var result = scenario.Read(File.ReadAllText(latest));
            var rendered = scenario.Render(result);
            foreach (var plot in rendered.Plots) files[Path.Combine(root, "benchmarks", "plots", $"{plot.Name}.svg")] = plot.Render();
            var images = string.Concat(rendered.Plots.Select(p => $"![{p.Title}](plots/{p.Name}.svg)\n"));
            files[page] = Between(files[page], page, $"<!-- results of {scenario.Name}: written by ./bench -->", $"<!-- end of results of {scenario.Name} -->", $"{images}{(images.Length > 0 ? "\n" : "")}{rendered.Table}");
            if (rendered.Figures.Count > 0) runs.Add(string.Create(CultureInfo.InvariantCulture, $"`{scenario.Name}` {result.Finished:yyyy-MM-dd} at {result.Host.Commit}"));
            foreach (var f in rendered.Figures) figures.Line($"| {f.What} | {f.Peer} | {f.Ours} | {f.Ratio} | {f.Verdict} | `./bench {scenario.Name}` |");
        }

        if (runs.Count > 0) figures.Line($"\nMedians; how they were taken, with the noise and the machine, is in [benchmarks](benchmarks/README.md). Taken: {string.Join(", ", runs)}.");
        files[readme] = Between(files[readme], readme, FiguresBegin, FiguresEnd, figures.ToString());
        return files;
    }

    private static string Between(string page, string path, string begin, string end, string text)
    {
        var (from, to) = (page.IndexOf(begin, StringComparison.Ordinal), page.IndexOf(end, StringComparison.Ordinal));
        return from >= 0 && to > from
            ? string.Create(CultureInfo.InvariantCulture, $"{page[..from]}{begin}\n\n{text}\n{page[to..]}")
            : throw new BenchException($"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)} has lost the marks {begin} … {end}");
    }
}
