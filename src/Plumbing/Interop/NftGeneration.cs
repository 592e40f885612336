using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Interop;

/// <summary>The number of the current nftables ruleset of this network namespace (linux/netfilter/nf_tables.h): every change anyone commits counts it up.</summary>
internal static partial class NftGeneration
{
    private const int AF_NETLINK = 16;
    private const int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private const int NETLINK_NETFILTER = 12;
    private const ushort NFNL_SUBSYS_NFTABLES_GETGEN = (10 << 8) | 16;
    private const ushort NFNL_SUBSYS_NFTABLES_NEWGEN = (10 << 8) | 15;
    private const ushort NLM_F_REQUEST = 1;
    private const ushort NFTA_GEN_ID = 1;
    private const int HeaderLength = 16;
    private const int FamilyHeaderLength = 4;

    /// <summary>Reads it.</summary>
    /// <returns>The number; null where this kernel does not tell.</returns>
    public static uint? Read()
    {
        using var socket = new SafeFileHandle(OpenSocket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER), ownsHandle: true);
        if (socket.IsInvalid) return null;
        Span<byte> request = stackalloc byte[HeaderLength + FamilyHeaderLength];
        request.Clear();
        MemoryMarshal.Write(request, request.Length);
        MemoryMarshal.Write(request[4..], NFNL_SUBSYS_NFTABLES_GETGEN);
        MemoryMarshal.Write(request[6..], NLM_F_REQUEST);
        if (send(socket, request, (nuint)request.Length, 0) != request.Length) return null;

        // The kernel has answered before send returns.
        Span<byte> answer = stackalloc byte[256];
        var received = (int)recv(socket, answer, (nuint)answer.Length, 0x40 /* MSG_DONTWAIT */);
        return received < 0 ? null : Parse(answer[..received]);
    }

    internal static uint? Parse(ReadOnlySpan<byte> answer)
    {
        if (answer.Length < HeaderLength + FamilyHeaderLength || MemoryMarshal.Read<ushort>(answer[4..]) != NFNL_SUBSYS_NFTABLES_NEWGEN) return null;
        var rest = answer[(HeaderLength + FamilyHeaderLength)..];
        while (rest.Length >= 4)
        {
            var length = MemoryMarshal.Read<ushort>(rest);
            if (length < 4 || length > rest.Length) return null;
            if (MemoryMarshal.Read<ushort>(rest[2..]) == NFTA_GEN_ID && length >= 8) return BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeFileHandle socket, ReadOnlySpan<byte> data, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeFileHandle socket, Span<byte> data, nuint length, int flags);
}
