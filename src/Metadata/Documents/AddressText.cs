using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Firstlight.Metadata.Documents;

/// <summary>Networks, masks and addresses as text, the way the C library and Python print them.</summary>
internal static class AddressText
{
    private const int NoRun = -1;

    /// <summary>The network of a prefix with the host bits cleared.</summary>
    /// <exception cref="FormatException">Not a prefix.</exception>
    public static string Network(string cidr)
    {
        var (address, length) = Parse(cidr);
        return Text(Masked(address, length));
    }

    /// <summary>The mask of a prefix in address form: <c>255.255.255.0</c>, <c>ffff:ffff:ffff:ffff::</c>.</summary>
    /// <exception cref="FormatException">Not a prefix.</exception>
    public static string Mask(string cidr)
    {
        var (address, length) = Parse(cidr);
        Array.Fill(address, (byte)0xff);
        return Text(Masked(address, length));
    }

    /// <summary>The last address of an IPv4 prefix.</summary>
    /// <exception cref="FormatException">Not a prefix.</exception>
    public static string Broadcast(string cidr)
    {
        var (address, length) = Parse(cidr);
        for (var bit = length; bit < address.Length * 8; bit++) address[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return Text(address);
    }

    /// <summary>The length of a prefix in bits.</summary>
    /// <exception cref="FormatException">Not a prefix.</exception>
    public static int PrefixLength(string cidr) => Parse(cidr).Length;

    private static (byte[] Address, int Length) Parse(string cidr)
    {
        var slash = cidr.IndexOf('/', StringComparison.Ordinal);
        var text = slash < 0 ? cidr : cidr[..slash];
        if (!IPAddress.TryParse(text, out var address)) throw new FormatException($"'{cidr}' is not a network prefix");

        var bytes = address.GetAddressBytes();
        var longest = bytes.Length * 8;
        if (slash < 0) return (bytes, longest);
        return int.TryParse(cidr.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= longest
            ? (bytes, length)
            : throw new FormatException($"'{cidr}' is not a network prefix");
    }

    private static byte[] Masked(byte[] address, int length)
    {
        for (var bit = length; bit < address.Length * 8; bit++) address[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return address;
    }

    private static string Text(byte[] address)
    {
        if (address.Length == 4) return new IPAddress(address).ToString();

        // IPAddress prints ISATAP addresses in dotted form, which inet_ntop does not.
        Span<ushort> groups = stackalloc ushort[8];
        for (var i = 0; i < groups.Length; i++) groups[i] = BinaryPrimitives.ReadUInt16BigEndian(address.AsSpan(i * 2));

        var (start, length) = LongestZeroRun(groups);
        var dotted = start == 0 && (length == 6 || (length == 5 && groups[5] == 0xffff));
        var text = new StringBuilder();
        for (var i = 0; i < groups.Length; i++)
        {
            if (i >= start && i < start + length)
            {
                if (i == start) text.Append(':');
                continue;
            }

            if (i > 0) text.Append(':');
            if (i == 6 && dotted) return text.Append(new IPAddress(address.AsSpan(12))).ToString();
            text.Append(groups[i].ToString("x", CultureInfo.InvariantCulture));
        }

        return start + length == groups.Length && start != NoRun ? text.Append(':').ToString() : text.ToString();
    }

    private static (int Start, int Length) LongestZeroRun(ReadOnlySpan<ushort> groups)
    {
        var best = (Start: NoRun, Length: 0);
        for (var i = 0; i < groups.Length;)
        {
            var end = i;
            while (end < groups.Length && groups[end] == 0) end++;
            if (end - i >= 2 && end - i > best.Length) best = (i, end - i);
            i = end + 1;
        }

        return best;
    }
}
