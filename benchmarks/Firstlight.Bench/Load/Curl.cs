using System.Globalization;
using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Load;

/// <summary>One GET by curl: to see that something serves, never to measure it.</summary>
internal static class Curl
{
    public static Task<(int Status, string Body)> GetAsync(string url, CancellationToken cancellationToken) => GetAsync([], url, cancellationToken);

    /// <param name="within">Command that goes before, such as <c>ip netns exec</c>.</param>
    /// <param name="url">What is asked for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Status and body; status 0 when there was no answer.</returns>
    public static async Task<(int Status, string Body)> GetAsync(string[] within, string url, CancellationToken cancellationToken)
    {
        var (_, output, _) = await Command.TryAsync([.. within, "curl", "-s", "--noproxy", "*", "-m", "5", "-w", "\n%{http_code}", url], cancellationToken);
        var cut = output.LastIndexOf('\n');
        return cut < 0 ? (0, "") : (int.Parse(output.AsSpan(cut + 1), CultureInfo.InvariantCulture), output[..cut]);
    }
}
