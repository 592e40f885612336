using System.Globalization;
using System.Net;

namespace Firstlight.Configuration;

/// <summary>A host to connect to.</summary>
/// <param name="Host">A name, or an address; IPv6 without brackets.</param>
/// <param name="Port">Its own port, or null for the one all share.</param>
internal sealed record HostPort(string Host, int? Port)
{
    /// <summary>Reads <c>host</c>, <c>host:port</c>, an IPv6 address, or one in brackets with or without a port.</summary>
    /// <returns>Null for anything else.</returns>
    public static HostPort? Parse(string text)
    {
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            return end > 0 && IPAddress.TryParse(text.AsSpan(1, end - 1), out _) ? With(text[1..end], text[(end + 1)..]) : null;
        }

        if (IPAddress.TryParse(text, out _)) return new HostPort(text, null);
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        if (!IPAddress.TryParse(host, out _) && Uri.CheckHostName(host) != UriHostNameType.Dns) return null;
        return With(host, colon < 0 ? "" : text[colon..]);
    }

    private static HostPort? With(string host, string rest)
    {
        if (rest.Length == 0) return new HostPort(host, null);
        return rest[0] == ':' && int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? new HostPort(host, port)
            : null;
    }
}
