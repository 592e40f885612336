using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Firstlight.Plumbing.Nftables;

/// <summary>128 bits as two numbers: an address, or the name of a device.</summary>
/// <remarks>The runtime's own <see cref="UInt128"/> is never compiled ahead of time, nor is what has one in it: a host's thousands of elements would be read by code compiled in haste at each start.</remarks>
/// <param name="High">The first 64 bits.</param>
/// <param name="Low">The last 64 bits.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Bits128(ulong High, ulong Low)
{
    /// <summary>Bytes of it.</summary>
    public const int Length = 16;

    /// <summary>Reads 16 bytes, the most significant first.</summary>
    public static Bits128 Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>An address: IPv4 in the last 32 bits, IPv6 in all.</summary>
    public static Bits128 Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[Length];
        address.TryWriteBytes(bytes, out var written);
        return written == 4 ? new Bits128(0, BinaryPrimitives.ReadUInt32BigEndian(bytes)) : Read(bytes);
    }

    /// <summary>The same with the last bits set.</summary>
    /// <param name="count">How many, 0 to 128.</param>
    public Bits128 WithLast(int count) => new(High | Ones(count - 64), Low | Ones(count));

    /// <summary>Writes 16 bytes, the most significant first.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    /// <summary>An order of them as numbers.</summary>
    public static int Compare(Bits128 left, Bits128 right) => left.High != right.High ? left.High.CompareTo(right.High) : left.Low.CompareTo(right.Low);

    private static ulong Ones(int count) => count >= 64 ? ulong.MaxValue : count <= 0 ? 0 : (1ul << count) - 1;
}
