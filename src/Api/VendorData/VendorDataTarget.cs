using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.VendorData;

/// <summary>A service that is asked for vendor data. Prints its name only: an address may hold a password.</summary>
/// <param name="Name">Key in the document.</param>
/// <param name="Address">Where it is; null when what is configured is no http address: then it always fails, as in Nova.</param>
internal sealed record VendorDataTarget(string Name, Uri? Address)
{
    /// <summary>What <c>user:password@</c> in the address asks for; null without it.</summary>
    public AuthenticationHeaderValue? Authorization { get; } = Address?.UserInfo is { Length: > 0 } account
        ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(account))))
        : null;

    /// <summary>Reads the configured list; an entry without a name, and one whose name came before, is warned of and left out.</summary>
    public static IReadOnlyList<VendorDataTarget> Parse(IEnumerable<string> configured, ILogger logger)
    {
        var targets = new OrderedDictionary<string, VendorDataTarget>(StringComparer.Ordinal);
        foreach (var entry in configured)
        {
            var at = entry.IndexOf('@', StringComparison.Ordinal);
            if (at < 0)
            {
                ApiLog.VendorDataTargetWithoutName(logger, entry);
                continue;
            }

            var name = entry[..at];
            var isHttp = Uri.TryCreate(entry[(at + 1)..], UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
            if (!targets.TryAdd(name, new VendorDataTarget(name, isHttp ? address : null))) ApiLog.VendorDataTargetTwice(logger, name);
        }

        return [.. targets.Values];
    }

    public override string ToString() => Name;
}
