using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Links;

namespace Firstlight.Doctor.Checks;

/// <summary>The dnsmasq that tells the guest its address and routes.</summary>
internal sealed class DhcpCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Dhcp;

    public IReadOnlyList<string> Needs => [Hops.Subnet];

    public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        var subnet = on.Way.Subnet;
        if (!subnet.EnableDhcp) return Finding.NotLookedAt(Hop, $"DHCP is off on {subnet.Name}");
        if (subnet.IpVersion == 6 && IsByAdvertisement(subnet)) return Finding.NotLookedAt(Hop, $"addresses of {subnet.Name} come by router advertisement");

        var directory = DirectoryOf(on);
        var name = DeviceNames.DhcpNamespace(on.Network.Id);
        if (on.Host.Dnsmasq(directory) is not { } dnsmasq)
        {
            return Finding.Wrong(
                Hop, $"no dnsmasq with {directory}", "the guest gets no lease and no route to metadata", "start the host agent; a running one starts dnsmasq again within a second, and says in its log why it ends");
        }

        if (on.Host.Namespace(name).Identity is { } identity && dnsmasq.NamespaceIdentity != identity)
        {
            return Finding.Wrong(
                Hop, $"dnsmasq {dnsmasq.Pid} is in {dnsmasq.NamespaceIdentity ?? "no namespace"}, {name} is {identity}", "it serves a namespace that was deleted", $"kill {dnsmasq.Pid}; a running host agent starts it in the new one");
        }

        if (dnsmasq.IsStopped)
            return Finding.Wrong(Hop, $"dnsmasq {dnsmasq.Pid} is stopped", "a signal or a debugger holds it, and nobody is given a lease", $"kill -CONT {dnsmasq.Pid}, or end it: a running host agent starts it again");
        return dnsmasq.Arguments.Any(a => a.StartsWith($"--dhcp-range=set:subnet-{subnet.Id},", StringComparison.Ordinal))
            ? Finding.Right(Hop, $"dnsmasq {dnsmasq.Pid} serves {subnet.Cidr} in {name}")
            : Finding.Wrong(Hop, $"dnsmasq {dnsmasq.Pid} has no range for {subnet.Cidr}", "it was started before the subnet was there", $"kill {dnsmasq.Pid}; a running host agent starts it with all subnets");
    }

    /// <summary>Where the network's dnsmasq has its files.</summary>
    internal static string DirectoryOf(OwnCase on) => Path.Combine(Path.GetFullPath(on.Settings.StatePath), "dhcp", on.Network.Id);

    /// <summary>Whether guests make their own addresses.</summary>
    internal static bool IsByAdvertisement(Subnet subnet) => subnet.Ipv6AddressMode is Ipv6Mode.Slaac or Ipv6Mode.Dhcpv6Stateless || (subnet.Ipv6AddressMode is null && subnet.Ipv6RaMode is not null);
}
