using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Firstlight.Plumbing.Interop;

/// <summary>The one thing of linux/ethtool.h we need: switching transmit checksum offload off.</summary>
internal static unsafe partial class Ethtool
{
    private const nuint SiocEthtool = 0x8946;
    private const uint SetTransmitChecksum = 0x17;
    private const int NameSize = 16;

    /// <summary>Makes the kernel fill in checksums before a packet leaves the device.</summary>
    /// <param name="device">A device of the calling thread's namespace.</param>
    /// <exception cref="Win32Exception">The kernel refused; the message names device and cause.</exception>
    public static void DisableTransmitChecksum(string device)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var value = new EthtoolValue { Command = SetTransmitChecksum, Data = 0 };
        var request = new InterfaceRequest { Data = &value };
        var name = Encoding.ASCII.GetBytes(device);
        if (name.Length >= NameSize) throw new ArgumentException($"'{device}' is too long for a device name", nameof(device));
        name.CopyTo(new Span<byte>(request.Name, NameSize));
        if (ioctl(socket.SafeHandle, SiocEthtool, &request) == 0) return;
        var error = Marshal.GetLastPInvokeError();
        throw new Win32Exception(error, $"SIOCETHTOOL(ETHTOOL_STXCSUM, {device}): {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct EthtoolValue
    {
        public uint Command;
        public uint Data;
    }

    // struct ifreq of net/if.h: 16 bytes of name and a union of 24.
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct InterfaceRequest
    {
        public fixed byte Name[NameSize];
        public EthtoolValue* Data;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeHandle socket, nuint request, InterfaceRequest* argument);
}
