namespace Firstlight.Plumbing.Links;

/// <summary>Names of namespaces, bridges and devices, as Neutron makes them: a prefix and the first 11 characters of a UUID (a Linux device name has at most 15).</summary>
public static class DeviceNames
{
    private const int IdLength = 11;

    /// <summary>Bridge of a network in the host's namespace, <c>brq…</c>: guests' taps are put into it.</summary>
    public static string Bridge(string networkId) => string.Concat("brq", Short(networkId));

    /// <summary>The end of a port's veth in the host's namespace, <c>tap…</c>.</summary>
    public static string HostEnd(string portId) => string.Concat("tap", Short(portId));

    /// <summary>The end of a DHCP port's veth in its namespace, <c>ns-…</c>.</summary>
    public static string DhcpEnd(string portId) => string.Concat("ns-", Short(portId));

    /// <summary>The end of a router port's veth in its namespace, <c>qr-…</c>.</summary>
    public static string RouterEnd(string portId) => string.Concat("qr-", Short(portId));

    /// <summary>The end of a gateway port's veth in its router's namespace, <c>qg-…</c>.</summary>
    public static string GatewayEnd(string portId) => string.Concat("qg-", Short(portId));

    /// <summary>DHCP and metadata namespace of a network, <c>qdhcp-UUID</c>.</summary>
    public static string DhcpNamespace(string networkId) => "qdhcp-" + networkId;

    /// <summary>Namespace of a router, <c>qrouter-UUID</c>.</summary>
    public static string RouterNamespace(string routerId) => "qrouter-" + routerId;

    private static ReadOnlySpan<char> Short(string id) => id.AsSpan(0, Math.Min(id.Length, IdLength));
}
