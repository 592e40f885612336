using System.Net;
using System.Text.RegularExpressions;
using Firstlight.Api.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Live;

/// <summary>What a crawl of one instance found.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Paths">Paths found by following listings.</param>
/// <param name="Served">Of those, how many Nova answered with 200.</param>
/// <param name="Asked">Requests compared.</param>
/// <param name="Differences">Those answered differently.</param>
internal sealed record CrawlResult(SeededInstance Instance, int Paths, int Served, int Asked, IReadOnlyList<string> Differences);

/// <summary>Asks both services everything there is to ask about one instance, following what Nova lists, and compares each answer.</summary>
/// <param name="nova">The real service.</param>
/// <param name="ours">The one compared with it.</param>
/// <param name="oursFirst">Who is asked first: it is the one that reads the rows as they were, and writes what Nova writes on reading.</param>
internal sealed partial class Crawl(IPEndPoint nova, IPEndPoint ours, SeededInstance instance, bool oursFirst)
{
    private readonly List<string> _differences = [];
    private readonly HashSet<string> _seen = [];
    private int _asked;
    private int _served;

    public async Task<CrawlResult> RunAsync()
    {
        foreach (var root in (string[])["/", "/openstack/", "/ec2/"]) await ListAsync(root);
        var paths = _seen.Count;
        foreach (var question in OddQuestions.For(instance)) await CompareAsync(question);
        return new(instance, paths, _served, _asked, _differences);
    }

    private async Task ListAsync(string directory)
    {
        if (!_seen.Add(directory)) return;
        var listing = await GetAsync(directory);
        await GetAsync(directory.TrimEnd('/') is { Length: > 0 } bare ? bare : "//");
        if (listing.Status != 200) return;
        _served++;
        foreach (var line in listing.Text.Split('\n'))
        {
            // Versions are directories although their listing does not say so; a key's line is its number and its name.
            if (directory is "/" or "/openstack/" or "/ec2/") await ListAsync($"{directory}{line}/");
            else if (directory.EndsWith("/public-keys/", StringComparison.Ordinal)) await ListAsync($"{directory}{line.Split('=')[0]}/");
            else if (line.EndsWith('/')) await ListAsync(directory + line);
            else await LeafAsync(directory + line);
        }
    }

    private async Task LeafAsync(string path)
    {
        if (!_seen.Add(path)) return;
        var answer = await GetAsync(path);
        if (answer.Status == 200) _served++;
        foreach (Match content in ContentPath().Matches(answer.Text)) await LeafAsync("/openstack" + content.Groups["path"].Value);
        if (!path.Contains("/latest/", StringComparison.Ordinal)) return;

        // Spellings of each path once, not once a version.
        foreach (var target in (string[])[path + "/", "/" + path, path + "//", path + "?x", path + "/x", path + "/x/y", path + "x", path[..^1]]) await GetAsync(target);
        await CompareAsync(new("HEAD", path, instance.Headers));
    }

    private Task<RawResponse> GetAsync(string target) => CompareAsync(new("GET", target, instance.Headers));

    private async Task<RawResponse> CompareAsync(Question question)
    {
        _asked++;
        var (first, second) = oursFirst ? (ours, nova) : (nova, ours);
        var one = await SendAsync(first, question);
        var other = await SendAsync(second, question);
        var (novas, our) = oursFirst ? (other, one) : (one, other);
        if (Comparison.Between(novas, our) is { } difference) _differences.Add($"{instance} in {instance.Cell}: {question}: {difference}");
        return novas;
    }

    private static Task<RawResponse> SendAsync(IPEndPoint service, Question question) =>
        RawHttp.SendAsync(service, question.Method, question.Target, question.Headers);

    [GeneratedRegex("\"content_path\": \"(?<path>/content/[0-9]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ContentPath();
}
