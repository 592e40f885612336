using Firstlight.Host;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;

namespace Firstlight.Lab;

/// <summary>Builds the namespace of a guest, plugs it in as a hypervisor would, and lets real DHCP clients configure it.</summary>
/// <param name="state">The lab.</param>
/// <param name="programs">Runs programs.</param>
internal sealed class GuestPlumbing(LabState state, LabPrograms programs)
{
    // dhclient gives up at once without a link-local address, which a busy kernel gives a device only some time after it is up.
    // It runs as a daemon once it has a lease; the kernel keeps the address, so the lab ends it at once. What it started is told by the daemon itself, after
    // the one that was waited for has ended: asked to end before that, it would run on.
    private const string DhcpV6Client = """
        until ip -6 addr show dev "$3" scope link -tentative | grep -q inet6; do sleep 0.05; done
        rm -f "$2.pid"
        dhclient -6 -1 -q -sf "$1" -lf "$2.leases" -pf "$2.pid" "$3" || exit
        until [ -s "$2.pid" ]; do sleep 0.01; done
        dhclient -6 -x -q -sf /bin/true -lf "$2.leases" -pf "$2.pid" "$3"
        """;

    private readonly GuestAttachment _attachment = new(state.Directory, TimeProvider.System);

    /// <summary>Brings one guest up; every step can run twice.</summary>
    public async Task UpAsync(Guest guest, CancellationToken cancellationToken)
    {
        state.RememberGuest(guest.Namespace, guest.Ports.Select(port => DeviceNames.HostEnd(port.Id)));
        if (!File.Exists(Path.Combine("/run/netns", guest.Namespace)))
            await IpAsync(guest, ["netns", "add", guest.Namespace], cancellationToken);
        await IpAsync(guest, ["-n", guest.Namespace, "link", "set", "lo", "up"], cancellationToken);

        for (var index = 0; index < guest.Ports.Count; index++)
            await PlugAsync(guest, guest.Ports[index], $"eth{index}", cancellationToken);
    }

    private async Task PlugAsync(Guest guest, Port port, string device, CancellationToken cancellationToken)
    {
        var wanted = new GuestDevice
        {
            Port = GuestPorts.Of(port),
            Mtu = guest.Cloud.Networks[port.NetworkId].Mtu,
            Kind = GuestDeviceKind.Veth,
            NetworkNamespace = guest.Namespace,
            FarName = device,
        };
        try
        {
            await _attachment.AttachAsync(wanted, cancellationToken);
        }
        catch (AttachException e)
        {
            throw new LabException($"guest {guest.Server.Name} cannot be plugged in: {e.Message}", e);
        }

        // The MAC is the cloud's and unique on the wire, so a guest's link-local address need not be probed for a second.
        await InGuestAsync(guest, ["sh", "-c", $"echo 0 > /proc/sys/net/ipv6/conf/{device}/accept_dad"], cancellationToken);
        await IpAsync(guest, ["-n", guest.Namespace, "link", "set", device, "up"], cancellationToken);

        var subnets = port.FixedIps.Select(f => guest.Cloud.Subnets[f.SubnetId]).Where(s => s.EnableDhcp).ToArray();
        if (subnets.Any(s => s.IpVersion == 4)) await LeaseV4Async(guest, device, cancellationToken);
        if (subnets.Any(s => s.Ipv6AddressMode == Ipv6Mode.Dhcpv6Stateful)) await LeaseV6Async(guest, device, cancellationToken);
    }

    private Task LeaseV4Async(Guest guest, string device, CancellationToken cancellationToken) =>
        InGuestAsync(
            guest,
            ["udhcpc", "-i", device, "-s", state.DhcpScript, "-O", "staticroutes", "-n", "-q", "-f", "-t", "20", "-T", "1", "-A", "1"],
            cancellationToken);

    private Task LeaseV6Async(Guest guest, string device, CancellationToken cancellationToken) =>
        InGuestAsync(
            guest,
            ["sh", "-c", DhcpV6Client, "dhclient6", state.DhcpV6Script, Path.Combine(state.Directory, $"dhclient6-{guest.Namespace}-{device}"), device],
            cancellationToken);

    private Task<string> IpAsync(Guest guest, string[] arguments, CancellationToken cancellationToken) =>
        programs.RunAsync($"plugging guest {guest.Server.Name} in", "ip", arguments, cancellationToken);

    private Task<string> InGuestAsync(Guest guest, string[] arguments, CancellationToken cancellationToken) =>
        programs.RunAsync($"configuring guest {guest.Server.Name}", "ip", ["netns", "exec", guest.Namespace, .. arguments], cancellationToken);
}
