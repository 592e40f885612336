using System.Globalization;
using System.Text.RegularExpressions;
using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Load;

/// <summary>What one run of the load generator counted.</summary>
/// <param name="Requests">Requests answered.</param>
/// <param name="Seconds">Time it took.</param>
/// <param name="P50Ms">Median latency, milliseconds.</param>
/// <param name="P99Ms">99th percentile of latency, milliseconds.</param>
/// <param name="FailedResponses">Answers outside 2xx and 3xx.</param>
/// <param name="SocketErrors">Connects, reads and writes that failed, and time-outs.</param>
internal sealed record WrkResult(long Requests, double Seconds, double P50Ms, double P99Ms, long FailedResponses, long SocketErrors);

/// <summary>The load generator: one thread on its own processor.</summary>
internal static partial class Wrk
{
    /// <summary>Every request on a new connection, from a guest's namespace.</summary>
    public static Task<WrkResult> RunAsync(string networkNamespace, string url, int seconds, CancellationToken cancellationToken) =>
        RunAsync(["ip", "netns", "exec", networkNamespace], BenchOptions.Connections, ["Connection: close"], url, seconds, cancellationToken);

    /// <summary>Request after request on connections that stay open, from a guest's namespace.</summary>
    public static Task<WrkResult> KeptAsync(string networkNamespace, string url, int seconds, CancellationToken cancellationToken) =>
        RunAsync(["ip", "netns", "exec", networkNamespace], BenchOptions.Connections, [], url, seconds, cancellationToken);

    /// <summary>From this machine; request after request on connections that stay open, unless a header says otherwise.</summary>
    public static Task<WrkResult> AskAsync(int connections, IEnumerable<string> headers, string url, int seconds, CancellationToken cancellationToken) =>
        RunAsync([], connections, headers, url, seconds, cancellationToken);

    /// <summary>The generator's command line, for those who start it elsewhere.</summary>
    public static string[] Command(int connections, IEnumerable<string> headers, string url, int seconds) =>
    [
        "taskset", "-c", "1", "wrk", "-t1",
        string.Create(CultureInfo.InvariantCulture, $"-c{connections}"),
        string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"),
        "--latency", "--timeout", "10s", .. headers.SelectMany(h => (string[])["-H", h]), url,
    ];

    private static async Task<WrkResult> RunAsync(
        string[] within, int connections, IEnumerable<string> headers, string url, int seconds, CancellationToken cancellationToken) =>
        Read(await Machine.Command.RunAsync([.. within, .. Command(connections, headers, url, seconds)], cancellationToken).ConfigureAwait(false));

    internal static WrkResult Read(string output)
    {
        var total = Total().Match(output);
        if (!total.Success)
        {
            throw new BenchException("wrk printed no total");
        }

        var errors = Errors().Match(output);
        return new(
            long.Parse(total.Groups["requests"].Value, CultureInfo.InvariantCulture),
            Milliseconds(total.Groups["time"].Value) / 1000,
            Percentile("50"),
            Percentile("99"),
            Failed().Match(output) is { Success: true } f ? long.Parse(f.Groups["count"].Value, CultureInfo.InvariantCulture) : 0,
            errors.Success ? errors.Groups.Values.Skip(1).Sum(g => long.Parse(g.Value, CultureInfo.InvariantCulture)) : 0);

        double Percentile(string which) => Percentiles().Matches(output).FirstOrDefault(m => m.Groups["which"].Value == which) is { } m
            ? Milliseconds(m.Groups["time"].Value)
            : throw new BenchException($"wrk printed no {which} % of latency:\n{output}");
    }

    private static double Milliseconds(string text)
    {
        var unit = text.TrimStart("0123456789.".ToCharArray());
        var scale = unit switch { "us" => 0.001, "ms" => 1, "s" => 1000, "m" => 60_000, _ => throw new BenchException($"wrk printed the time {text}") };
        return double.Parse(text.AsSpan(0, text.Length - unit.Length), CultureInfo.InvariantCulture) * scale;
    }

    [GeneratedRegex(@"(?<requests>\d+) requests in (?<time>[\d.]+\w+),", RegexOptions.None, 1000)]
    private static partial Regex Total();

    [GeneratedRegex(@"^ +(?<which>\d+)% +(?<time>[\d.]+\w+) *$", RegexOptions.Multiline, 1000)]
    private static partial Regex Percentiles();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (?<count>\d+)", RegexOptions.None, 1000)]
    private static partial Regex Failed();

    [GeneratedRegex(@"Socket errors: connect (?<connect>\d+), read (?<read>\d+), write (?<write>\d+), timeout (?<timeout>\d+)", RegexOptions.None, 1000)]
    private static partial Regex Errors();
}
