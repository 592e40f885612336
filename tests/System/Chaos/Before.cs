using System.Diagnostics;
using System.Text.RegularExpressions;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>The host before anything is broken: its parts, and what stands of each.</summary>
/// <param name="Parts">All parts.</param>
/// <param name="Standing">What stands of each.</param>
/// <param name="Addresses">Addresses on the DHCP device of each network, with their prefix lengths.</param>
internal sealed partial record Before(IReadOnlyList<Part> Parts, IReadOnlyDictionary<Part, string> Standing, IReadOnlyDictionary<NetworkPart, IReadOnlyList<string>> Addresses)
{
    // The agent looks at everything now and then, and clears away then what nobody tells it of; on a small host every three seconds.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(4);

    /// <summary>Looks at a host once nothing changes any more.</summary>
    public static async Task<Before> LookAsync(ServedHost host)
    {
        var parts = Chaos.Parts.Of(host.Read(), host.State.Directory);
        var (latter, since) = (await ReadAsync(parts), Stopwatch.GetTimestamp());
        await Eventually.TrueAsync(async () =>
        {
            var former = latter;
            latter = await ReadAsync(parts);
            if (parts.Any(p => former[p] != latter[p])) since = Stopwatch.GetTimestamp();
            return Stopwatch.GetElapsedTime(since) > Rest;
        }, "the host is at rest");
        var addresses = parts.OfType<NetworkPart>().Where(p => p.Dhcp is not null)
            .ToDictionary(p => p, p => (IReadOnlyList<string>)[.. Address().Matches(latter[p]).Where(m => m.Groups["device"].Value == p.Dhcp!.Veth.Name).Select(m => m.Groups["address"].Value)]);
        return new Before(parts, latter, addresses);
    }

    private static async Task<Dictionary<Part, string>> ReadAsync(IReadOnlyList<Part> parts)
    {
        var read = new Dictionary<Part, string>();
        foreach (var part in parts) read[part] = await Chaos.Standing.ReadAsync(part);
        return read;
    }

    // The kernel's own link-local addresses are left alone: nobody serves anything there.
    [GeneratedRegex(@"^(?<device>ns-\S+) +inet6? (?<address>(?!fe80::[^ ]*ff:fe)\S+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Address();
}
