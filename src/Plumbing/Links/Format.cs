using System.Net.NetworkInformation;

namespace Firstlight.Plumbing.Links;

/// <summary>Text forms the kernel's tools and dnsmasq share.</summary>
internal static class Format
{
    private const string Digits = "0123456789abcdef";

    /// <summary>In the form <c>fa:16:3e:00:00:01</c>.</summary>
    public static string Mac(PhysicalAddress mac)
    {
        var octets = mac.GetAddressBytes();
        return string.Create(Math.Max(0, (octets.Length * 3) - 1), octets, static (text, octets) =>
        {
            for (var i = 0; i < octets.Length; i++)
            {
                if (i > 0) text[(i * 3) - 1] = ':';
                text[i * 3] = Digits[octets[i] >> 4];
                text[(i * 3) + 1] = Digits[octets[i] & 0xf];
            }
        });
    }
}
