using System.Net;
using System.Net.Sockets;
using Firstlight.Plumbing.Dnsmasq;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Gives leases back in the name of ports that are gone, so that dnsmasq need not be restarted to forget them.</summary>
/// <remarks>A socket a network, no program: dnsmasq's own dhcp_release would be one a lease, from a package of its own.</remarks>
internal sealed class LeaseWork(NamespaceSockets sockets, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    /// <summary>Releases leases and waits until dnsmasq's file is without them.</summary>
    /// <param name="networkNamespace">Namespace dnsmasq is in.</param>
    /// <param name="device">Device it serves.</param>
    /// <param name="servers">Its own addresses there.</param>
    /// <param name="leaseFile">Its lease file.</param>
    /// <param name="addresses">Addresses to release.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether all are released. When not, a restart makes it forget them.</returns>
    public async Task<bool> ReleaseAsync(
        string networkNamespace, string device, IReadOnlyList<InterfaceAddress> servers, string leaseFile, IReadOnlySet<string> addresses, CancellationToken cancellationToken)
    {
        try
        {
            Send(NamespaceList.PathOf(networkNamespace), device, servers, StateFiles.Read(leaseFile), addresses);
        }
        catch (Exception e) when (e is NamespaceSocketException or SocketException)
        {
            return false;
        }

        var start = time.GetTimestamp();
        while (LeaseFile.Lines(StateFiles.Read(leaseFile)).Any(l => l.Length >= 5 && addresses.Contains(l[2])))
        {
            if (time.GetElapsedTime(start) > Patience) return false;
            await Task.Delay(Look, time, cancellationToken);
        }

        return true;
    }

    private void Send(string namespacePath, string device, IReadOnlyList<InterfaceAddress> servers, string leases, IReadOnlySet<string> addresses)
    {
        var lines = LeaseFile.Lines(leases).ToList();
        var serverDuid = lines.Find(l => l[0] is "duid")?[1] ?? "";
        foreach (var family in lines.Where(l => l.Length >= 5 && addresses.Contains(l[2])).GroupBy(l => IPAddress.Parse(l[2]).AddressFamily))
        {
            // Bound to the device, so that dnsmasq sees it come in there although it never leaves the namespace.
            using var socket = sockets.OpenDatagram(namespacePath, family.Key, device);
            foreach (var line in family)
            {
                if (family.Key == AddressFamily.InterNetworkV6)
                {
                    if (LeaseRelease.V6(line, serverDuid) is { } message) socket.SendTo(message, new IPEndPoint(LeaseRelease.ServersV6, LeaseRelease.PortV6));
                }
                else if (servers.FirstOrDefault(s => s.Address.AddressFamily == family.Key && s.Contains(IPAddress.Parse(line[2]))).Address is { } server
                    && LeaseRelease.V4(line, server) is { } message)
                {
                    socket.SendTo(message, new IPEndPoint(server, LeaseRelease.PortV4));
                }
            }
        }
    }
}
