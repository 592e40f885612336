using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Firstlight.Lab;
using Firstlight.Plumbing.Namespaces;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>Asks DHCP in the name of a guest, and leaves the guest as it is.</summary>
/// <param name="sockets">Opens sockets in guests.</param>
/// <param name="script">A script that says what udhcpc was told.</param>
/// <param name="identities">Who guests with a lease of DHCPv6 are to it: their address, IAID and DUID.</param>
internal sealed class LeaseProbe(NamespaceSockets sockets, string script, IReadOnlyDictionary<IPAddress, (uint Iaid, byte[] Duid)> identities)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Reads who guests are, and writes the script.</summary>
    public static LeaseProbe Make(NamespaceSockets sockets, LabState state)
    {
        // A lease of DHCPv6 belongs to a DUID: anybody else is not offered the address while it lasts.
        var identities = Directory.EnumerateFiles(Path.Combine(state.Directory, "dhcp"), "leases", SearchOption.AllDirectories).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ')).Where(fields => fields.Length == 5 && fields[2].Contains(':', StringComparison.Ordinal))
            .ToDictionary(fields => IPAddress.Parse(fields[2]), fields => (uint.Parse(fields[1]), Convert.FromHexString(fields[4].Replace(":", "", StringComparison.Ordinal))));
        var file = Path.Combine(state.Directory, "udhcpc-say");
        File.WriteAllText(file, "#!/bin/sh\n[ \"$1\" = bound ] && echo \"$ip\" \"via $router\" $staticroutes\nexit 0\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new LeaseProbe(sockets, file, identities);
    }

    /// <summary>Asks once.</summary>
    /// <returns>Null when the guest is offered its own address and a way to metadata; else what is wrong.</returns>
    public Task<string?> AskAsync(Guest guest) => guest.HasV4 ? AskV4Async(guest) : AskV6Async(guest);

    private async Task<string?> AskV4Async(Guest guest)
    {
        var ended = await Run.InNamespaceAsync(guest.Namespace, "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "1", "-T", "1", "-A", "1", "-O", "staticroutes", "-s", script);
        if (ended.ExitCode != 0) return $"{guest.Server.Name} is given no lease";
        var told = ended.Output.Split('\n').FirstOrDefault(l => l.StartsWith(guest.Address + " ", StringComparison.Ordinal));
        if (told is null) return $"{guest.Server.Name} is given {ended.Output.Trim()}, not {guest.Address}";
        var isRouted = guest.Path == GuestPath.Router;
        return told.Contains(isRouted ? "via 10." : "169.254.169.254/32 10.", StringComparison.Ordinal) ? null : $"{guest.Server.Name} is told no way to metadata: {told}";
    }

    // SOLICIT, and ADVERTISE with the address (RFC 8415). Busybox of Debian has no client for it, and dhclient's takes seconds.
    private async Task<string?> AskV6Async(Guest guest)
    {
        using var socket = sockets.OpenDatagram(Path.Combine("/run/netns", guest.Namespace), AddressFamily.InterNetworkV6, "eth0");
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 546));
        var transaction = Random.Shared.Next(1 << 24);
        var buffer = new byte[1500];
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await socket.SendToAsync(Solicit(transaction, identities[guest.Ports[0].FixedIps[0].Address]), SocketFlags.None, new IPEndPoint(IPAddress.Parse("ff02::1:2"), 547), patience.Token);
            while (true)
            {
                var length = await socket.ReceiveAsync(buffer, patience.Token);
                if (length > 4 && buffer[0] == 2 && (BinaryPrimitives.ReadInt32BigEndian(buffer) & 0xffffff) == transaction)
                    return Addresses(buffer.AsSpan(4, length - 4)).Contains(guest.Ports[0].FixedIps[0].Address) ? null : $"{guest.Server.Name} is not offered {guest.Address}";
            }
        }
        catch (OperationCanceledException)
        {
            return $"{guest.Server.Name} is offered nothing";
        }
    }

    private static byte[] Solicit(int transaction, (uint Iaid, byte[] Duid) client)
    {
        var iaid = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(iaid, client.Iaid);
        return
        [
            1, (byte)(transaction >> 16), (byte)(transaction >> 8), (byte)transaction,
            0, 1, 0, (byte)client.Duid.Length, .. client.Duid,
            0, 3, 0, 12, .. iaid, .. new byte[8],
            0, 8, 0, 2, 0, 0,
        ];
    }

    // IA_NA (3) holds IAADDR (5); the rest is passed over.
    private static List<IPAddress> Addresses(ReadOnlySpan<byte> options)
    {
        var found = new List<IPAddress>();
        while (options.Length >= 4)
        {
            int code = BinaryPrimitives.ReadUInt16BigEndian(options), length = BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
            if (options.Length < 4 + length) break;
            var value = options.Slice(4, length);
            if (code == 3 && length > 12) found.AddRange(Addresses(value[12..]));
            if (code == 5 && length >= 16) found.Add(new IPAddress(value[..16]));
            options = options[(4 + length)..];
        }

        return found;
    }
}
