using System.Globalization;
using System.Text.RegularExpressions;

namespace Firstlight.Conformance.Tests.Machines.Support;

/// <summary>One request of a guest, as the agent logged it.</summary>
/// <param name="Method">Method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Status">What it was answered.</param>
internal sealed record GuestRequest(string Method, string Target, int Status);

/// <summary>Reads the requests of guests from the agent's log.</summary>
internal static partial class GuestRequests
{
    /// <summary>Requests in the order they were answered.</summary>
    /// <param name="log">The log of a standalone at debug level.</param>
    /// <param name="peer">Address of the guest.</param>
    public static IReadOnlyList<GuestRequest> Of(string log, string peer) =>
        [.. Line().Matches(log)
            .Where(match => match.Groups["peer"].Value == peer)
            .Select(match => new GuestRequest(match.Groups["method"].Value, match.Groups["target"].Value, int.Parse(match.Groups["status"].Value, CultureInfo.InvariantCulture)))];

    [GeneratedRegex(@"(?<peer>\S+) of [^\n]*?: (?<method>[A-Z]+) (?<target>\S+) -> (?<status>\d{3}) \(", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Line();
}
