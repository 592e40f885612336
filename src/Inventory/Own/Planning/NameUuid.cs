using System.Security.Cryptography;
using System.Text;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>UUIDs made of names (RFC 9562, 5.5: version 5, SHA-1).</summary>
internal static class NameUuid
{
    /// <summary>The namespace of domain names (RFC 9562, 6.6).</summary>
    public static readonly Guid Dns = new("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

    // Ours, made of the DNS namespace once, so that project ids of ours meet nobody else's.
    private static readonly Guid Projects = Make(Dns, "projects.firstlight");

    /// <summary>The id of a project nobody gave one: 32 hex digits, as Keystone has them.</summary>
    public static string OfProject(string name) => Make(Projects, name).ToString("N");

    /// <summary>UUIDv5 of a name in a namespace.</summary>
    public static Guid Make(Guid space, string name)
    {
        byte[] message = [.. space.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)];
#pragma warning disable CA5350 // the version of UUID prescribes SHA-1; nothing is kept secret by it
        Span<byte> hash = SHA1.HashData(message).AsSpan(0, 16);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
