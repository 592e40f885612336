using System.Text;
using System.Text.RegularExpressions;
using Firstlight.Api.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Live;

/// <summary>Says in what two answers differ: status, type, length, bytes, and which other headers there are.</summary>
internal static partial class Comparison
{
    private const int Shown = 160;

    /// <summary>The differences in one line, or null when there are none. Random seeds count as equal when they are equally long.</summary>
    public static string? Between(RawResponse nova, RawResponse ours)
    {
        var differences = Differences(nova, ours).ToList();
        return differences.Count == 0 ? null : string.Join("; ", differences);
    }

    /// <summary>The same, but for which other headers there are: proxies on the way have headers of their own.</summary>
    public static string? OfContent(RawResponse nova, RawResponse ours)
    {
        var differences = ContentDifferences(nova, ours).ToList();
        return differences.Count == 0 ? null : string.Join("; ", differences);
    }

    private static IEnumerable<string> Differences(RawResponse nova, RawResponse ours)
    {
        foreach (var difference in ContentDifferences(nova, ours)) yield return difference;
        var (names, novaNames) = (HeaderNames(ours), HeaderNames(nova));
        if (names != novaNames) yield return $"headers {names}, Nova {novaNames}";
    }

    private static IEnumerable<string> ContentDifferences(RawResponse nova, RawResponse ours)
    {
        if (nova.Status != ours.Status) yield return $"status {ours.Status}, Nova {nova.Status}";
        foreach (var name in (string[])["Content-Type", "Content-Length"])
        {
            if (nova[name] != ours[name]) yield return $"{name} {ours[name] ?? "none"}, Nova {nova[name] ?? "none"}";
        }

        var (body, novaBody) = (Mask(ours.Body), Mask(nova.Body));
        if (body != novaBody) yield return Body(body, novaBody);
    }

    private static string HeaderNames(RawResponse response) =>
        string.Join(' ', response.Headers.Select(h => h.Name.ToLowerInvariant()).Where(n => n is not "connection").Order(StringComparer.Ordinal));

    // Latin-1 keeps every byte apart.
    private static string Mask(byte[] body) =>
        RandomSeed().Replace(Encoding.Latin1.GetString(body), m => $"\"random_seed\": \"<{m.Groups["seed"].Length} characters>\"");

    private static string Body(string ours, string nova)
    {
        var at = ours.Zip(nova).TakeWhile(p => p.First == p.Second).Count();
        return $"body at {at} of {nova.Length}: {Excerpt(ours, at)}, Nova {Excerpt(nova, at)}";
    }

    private static string Excerpt(string text, int at)
    {
        var from = Math.Max(0, at - 20);
        return $"'{text.Substring(from, Math.Min(Shown, text.Length - from)).ReplaceLineEndings("\\n")}'";
    }

    [GeneratedRegex("\"random_seed\": \"(?<seed>[A-Za-z0-9+/=]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RandomSeed();
}
