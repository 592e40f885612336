using System.Net;

namespace Firstlight.Metadata.Identity;

/// <summary>The addresses and ports of the metadata path, as every OpenStack part and guest knows them.</summary>
public static class MetadataAddress
{
    /// <summary>IPv4 service address guests ask.</summary>
    public const string V4Text = "169.254.169.254";

    /// <summary>IPv6 link-local service address guests ask; they must add a zone (<c>%eth0</c>).</summary>
    public const string V6Text = "fe80::a9fe:a9fe";

    /// <summary>TCP port guests ask.</summary>
    public const int GuestPort = 80;

    /// <summary>TCP port of the listener in a router namespace, where 80 is redirected to (Neutron's <c>metadata_port</c>).</summary>
    public const int RouterPort = 9697;

    /// <summary>TCP port of the metadata API.</summary>
    public const int ApiPort = 8775;

    /// <summary><see cref="V4Text"/> parsed.</summary>
    public static IPAddress V4 { get; } = IPAddress.Parse(V4Text);

    /// <summary><see cref="V6Text"/> parsed, without a scope id.</summary>
    public static IPAddress V6 { get; } = IPAddress.Parse(V6Text);
}
