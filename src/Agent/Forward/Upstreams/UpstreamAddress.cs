using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Firstlight.Agent.Forward.Upstreams;

/// <summary>One server of the metadata API.</summary>
/// <param name="Host">Name or address; IPv6 without brackets.</param>
/// <param name="Port">TCP port.</param>
public sealed record UpstreamAddress(string Host, int Port)
{
    private const int MostHosts = 64;

    /// <summary>Reads <c>nova_metadata_host</c>: one host, as Neutron has it, or several with commas between, each with its own port if it has one.</summary>
    /// <param name="hosts">Such as <c>controller</c>, <c>10.0.0.1,10.0.0.2:8780</c> or <c>::1,[fd00::1]:8780</c>.</param>
    /// <param name="port"><c>nova_metadata_port</c>: of every host without one.</param>
    /// <returns>One to 64, in order, none twice.</returns>
    /// <exception cref="FormatException">The message is one line and names the entry.</exception>
    public static IReadOnlyList<UpstreamAddress> ReadList(string hosts, int port)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        var addresses = hosts
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(entry => Read(entry, port))
            .Distinct()
            .ToArray();
        return addresses.Length switch
        {
            0 => throw new FormatException("nova_metadata_host names no host"),
            > MostHosts => throw new FormatException($"nova_metadata_host names {addresses.Length} hosts, more than {MostHosts}"),
            _ => addresses,
        };
    }

    /// <summary>Such as <c>controller:8775</c> or <c>[fd00::1]:8775</c>.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static UpstreamAddress Read(string entry, int port)
    {
        if (IsIPv6(entry)) return new UpstreamAddress(entry, port);
        var colon = entry.LastIndexOf(':');
        var hasPort = colon > entry.LastIndexOf(']');
        var host = hasPort ? entry[..colon] : entry;
        if (hasPort && !int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)) throw Bad(entry);
        if (port is < 1 or > 65535) throw Bad(entry);
        if (host is ['[', .. var inner, ']']) return IsIPv6(inner) ? new UpstreamAddress(inner, port) : throw Bad(entry);
        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 ? new UpstreamAddress(host, port) : throw Bad(entry);
    }

    private static bool IsIPv6(string text) =>
        text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 && text[0] != '[';

    private static FormatException Bad(string entry) =>
        new($"'{entry}' in nova_metadata_host is no host with an optional port (1 to 65535; an IPv6 address with a port needs brackets)");
}
