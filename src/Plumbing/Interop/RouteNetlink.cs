using System.Buffers;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Plumbing.Namespaces;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Interop;

/// <summary>rtnetlink(7), as far as finding an IPv6 address takes it: one dump, read from the socket of the namespace it is about. Numbers are in host order.</summary>
internal static partial class RouteNetlink
{
    private const ushort NLMSG_ERROR = 2;
    private const ushort NLMSG_DONE = 3;
    private const ushort NLM_F_REQUEST = 1;
    private const ushort NLM_F_DUMP = 0x300;
    private const ushort RTM_NEWADDR = 20;
    private const ushort RTM_GETADDR = 22;
    private const ushort IFA_ADDRESS = 1;
    private const ushort IFA_LOCAL = 2;
    private const ushort IFA_FLAGS = 8;
    private const uint IFA_F_DADFAILED = 0x08;
    private const uint IFA_F_TENTATIVE = 0x40;
    private const nuint SIOCGIFNAME = 0x8910;
    private const int MSG_DONTWAIT = 0x40;
    private const int HeaderLength = 16;
    private const int AddressMessageLength = 8;

    // The kernel fills at most this much at one go.
    private const int BufferLength = 32 * 1024;

    public static List<DeviceAddress> FindAddress(SafeFileHandle routes, IPAddress address, string namespacePath)
    {
        Span<byte> wanted = stackalloc byte[16];
        if (!address.TryWriteBytes(wanted, out var length) || length != 16) throw new ArgumentException("an IPv6 address only", nameof(address));
        Span<byte> request = stackalloc byte[HeaderLength + AddressMessageLength];
        request.Clear();
        MemoryMarshal.Write(request, request.Length);
        MemoryMarshal.Write(request[4..], RTM_GETADDR);
        MemoryMarshal.Write(request[6..], (ushort)(NLM_F_REQUEST | NLM_F_DUMP));
        request[HeaderLength] = SocketCalls.AF_INET6;
        if (send(routes, request, (nuint)request.Length, 0) < 0) throw Failed("send");
        var found = new List<(int Index, AddressState State)>();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            bool more;
            do
            {
                // A dump is made while it is read, so there is nothing to wait for.
                var received = recv(routes, buffer, (nuint)buffer.Length, MSG_DONTWAIT);
                if (received < 0) throw Failed("recv");
                more = ReadAddresses(buffer.AsSpan(0, (int)received), wanted, found, out var errno);
                if (errno != 0) throw new NamespaceSocketException("RTM_GETADDR", namespacePath, errno, address.ToString());
            }
            while (more);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var devices = new List<DeviceAddress>(found.Count);
        foreach (var (index, state) in found)
        {
            if (NameOf(routes, index) is { } name) devices.Add(new DeviceAddress(name, state));
        }

        return devices;

        NamespaceSocketException Failed(string call) => new(call, namespacePath, Marshal.GetLastPInvokeError(), $"where {address} is");
    }

    /// <summary>Reads one datagram of a dump of addresses.</summary>
    /// <param name="datagram">Messages, each aligned to four bytes. What is cut short ends the reading.</param>
    /// <param name="wanted">16 bytes.</param>
    /// <param name="found">Gets the index of each device that carries it.</param>
    /// <param name="errno">Why the kernel refused; 0 when it did not.</param>
    /// <returns>Whether more datagrams follow.</returns>
    internal static bool ReadAddresses(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> wanted, List<(int Index, AddressState State)> found, out int errno)
    {
        errno = 0;
        if (datagram.Length < HeaderLength) return false;
        while (datagram.Length >= HeaderLength)
        {
            var length = MemoryMarshal.Read<uint>(datagram);
            var type = MemoryMarshal.Read<ushort>(datagram[4..]);
            if (length < HeaderLength || length > datagram.Length) return false;
            var body = datagram[HeaderLength..(int)length];
            if (type == NLMSG_DONE) return false;
            if (type == NLMSG_ERROR)
            {
                errno = body.Length >= sizeof(int) ? -MemoryMarshal.Read<int>(body) : 0;
                return false;
            }

            if (type == RTM_NEWADDR) ReadAddress(body, wanted, found);
            datagram = datagram[Math.Min(Aligned((int)length), datagram.Length)..];
        }

        return true;
    }

    // struct ifaddrmsg: family, prefix length, flags, scope (a byte each), index of the device; then attributes.
    private static void ReadAddress(ReadOnlySpan<byte> message, ReadOnlySpan<byte> wanted, List<(int Index, AddressState State)> found)
    {
        if (message.Length < AddressMessageLength || message[0] != SocketCalls.AF_INET6) return;
        uint flags = message[2];
        var index = MemoryMarshal.Read<int>(message[4..]);
        ReadOnlySpan<byte> address = default;
        ReadOnlySpan<byte> local = default;
        var rest = message[AddressMessageLength..];
        while (rest.Length >= 4)
        {
            var length = MemoryMarshal.Read<ushort>(rest);
            if (length < 4 || length > rest.Length) break;
            var value = rest[4..length];
            switch (MemoryMarshal.Read<ushort>(rest[2..]))
            {
                case IFA_ADDRESS:
                    address = value;
                    break;
                case IFA_LOCAL:
                    local = value;
                    break;
                case IFA_FLAGS when value.Length >= sizeof(uint):
                    flags = MemoryMarshal.Read<uint>(value);
                    break;
            }

            rest = rest[Math.Min(Aligned(length), rest.Length)..];
        }

        // Only an address with a peer has both; the other end is then the first.
        if (!(local.IsEmpty ? address : local).SequenceEqual(wanted)) return;
        found.Add((index, (flags & IFA_F_DADFAILED) != 0 ? AddressState.Duplicate : (flags & IFA_F_TENTATIVE) != 0 ? AddressState.Tentative : AddressState.Ready));
    }

    private static int Aligned(int length) => (length + 3) & ~3;

    // Null when the device went since the dump.
    private static unsafe string? NameOf(SafeFileHandle routes, int index)
    {
        var request = new NameRequest { Index = index };
        if (ioctl(routes, SIOCGIFNAME, ref request) != 0) return null;
        var name = new ReadOnlySpan<byte>(request.Name, SocketCalls.IFNAMSIZ);
        return Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
    }

    // struct ifreq as SIOCGIFNAME uses it.
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private unsafe struct NameRequest
    {
        public fixed byte Name[SocketCalls.IFNAMSIZ];
        public int Index;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeFileHandle socket, ReadOnlySpan<byte> data, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeFileHandle socket, Span<byte> data, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle socket, nuint request, ref NameRequest argument);
}
