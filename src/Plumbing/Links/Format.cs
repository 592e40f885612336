using System.Net.NetworkInformation;

namespace Firstlight.Plumbing.Links;

/// <summary>Text forms the kernel's tools and dnsmasq share.</summary>
internal static class Format
{
    /// <summary>In the form <c>fa:16:3e:00:00:01</c>.</summary>
    public static string Mac(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(b => b.ToString("x2")));
}
