using System.Net;

namespace Firstlight.Api.Identify;

/// <summary>The address a request is taken to come from, where nothing else tells who asks.</summary>
internal static class RemoteAddress
{
    /// <summary>Finds it: the peer, what a proxy says of it, or the whole <c>X-Forwarded-For</c>, by the options.</summary>
    /// <returns>Text as received; empty when unknown.</returns>
    public static string Of(MetadataRequest request, ApiOptions options)
    {
        if (options.UseForwardedFor && request.ForwardedFor is { } forwardedFor) return forwardedFor;

        var proxied = !options.EnableProxyHeadersParsing ? null
            : string.IsNullOrEmpty(request.Forwarded) ? request.ForwardedFor
            : FirstHop(request.Forwarded);
        return string.IsNullOrEmpty(proxied) ? PeerOf(request.Peer) : proxied;
    }

    // RFC 7239, read as loosely as oslo.middleware does: no quotes, no obfuscated names.
    private static string? FirstHop(string forwarded)
    {
        var hop = forwarded.AsSpan();
        if (hop.IndexOf(',') is var comma and >= 0) hop = hop[..comma];
        string? address = null;
        foreach (var range in hop.Split(';'))
        {
            var pair = hop[range];
            var equals = pair.IndexOf('=');
            var isFor = equals >= 0 && pair[..equals].Trim().Equals("for", StringComparison.OrdinalIgnoreCase);
            if (isFor) address = pair[(equals + 1)..].Trim().ToString();
        }

        return address;
    }

    private static string PeerOf(IPAddress? peer)
    {
        if (peer is null) return "";
        if (peer.IsIPv4MappedToIPv6) return peer.MapToIPv4().ToString();

        // The zone says which of our interfaces it came by, nothing that Neutron knows.
        return peer.ScopeIdOrZero() == 0 ? peer.ToString() : new IPAddress(peer.GetAddressBytes()).ToString();
    }

    private static long ScopeIdOrZero(this IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
