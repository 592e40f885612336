using System.Text.RegularExpressions;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>The host before anything is broken: its parts, and what stands of each.</summary>
/// <param name="Parts">All parts.</param>
/// <param name="Standing">What stands of each.</param>
/// <param name="Addresses">Addresses on the DHCP device of each network, with their prefix lengths.</param>
internal sealed partial record Before(IReadOnlyList<Part> Parts, IReadOnlyDictionary<Part, string> Standing, IReadOnlyDictionary<NetworkPart, IReadOnlyList<string>> Addresses)
{
    /// <summary>Looks at a host at rest.</summary>
    public static async Task<Before> LookAsync(ServedHost host)
    {
        var parts = Chaos.Parts.Of(host.Read(), host.State.Directory);
        var (former, latter) = (await ReadAsync(parts), await ReadAsync(parts));
        await Eventually.TrueAsync(async () =>
        {
            (former, latter) = (latter, await ReadAsync(parts));
            return parts.All(p => former[p] == latter[p]);
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
