using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Reconcile;

/// <summary>Whoever has learned that an address is elsewhere asks nobody for up to a minute: guests must be told.</summary>
public sealed class AnnouncementTests
{
    private const string WrongMac = "02:00:00:00:00:01";

    [Fact]
    public async Task Guests_that_learned_a_wrong_mac_are_told_the_right_one_when_it_is_set_right()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true, routed: true);
        var router = Wanted.Router(network);
        var wanted = new WantedHost([network], [router]);
        await host.SyncAsync(wanted);
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await guest.DhcpAsync();
        await guest.RunAsync("ip", "addr", "add", "fd00:b::70/64", "dev", "eth0", "nodad");
        (string Namespace, string Device, string Mac, string[] Addresses)[] devices =
        [
            (DeviceNames.DhcpNamespace(network.Id), DeviceNames.DhcpEnd(network.Dhcp!.PortId), "fa:16:3e:00:00:aa", ["10.0.0.65", "fd00:b::2"]),
            (DeviceNames.RouterNamespace(router.Id), DeviceNames.RouterEnd(router.Interfaces[0].PortId), "fa:16:3e:00:00:fe", ["10.0.0.126", "fd00:b::1"]),
        ];
        foreach (var (name, device, _, addresses) in devices)
        {
            await host.RunAsync("ip", "-n", name, "link", "set", "dev", device, "address", WrongMac);
            await guest.RunAsync("ip", "neigh", "flush", "dev", "eth0");
            foreach (var address in addresses) await LearnAsync(guest, address, WrongMac);

            await host.SyncAsync(wanted);

            foreach (var address in addresses) Assert.Contains(devices.Single(d => d.Device == device).Mac, await KnownAsync(guest, address, WrongMac), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_guest_that_was_out_of_the_bridge_when_a_mac_was_set_right_is_told_when_it_is_back()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true, routed: true);
        var router = Wanted.Router(network);
        var port = new WantedPort { Id = Guid.NewGuid().ToString(), NetworkId = network.Id, Mac = PhysicalAddress.Parse(Wanted.GuestMac), Addresses = [IPAddress.Parse("10.0.0.70")] };
        var wanted = new WantedHost([network], [router]) { Ports = [port] };
        await host.SyncAsync(wanted);
        var guest = await host.AddNamespaceAsync();
        await new GuestAttachment(host.State, TimeProvider.System).AttachAsync(
            new GuestDevice { Port = port, Mtu = network.Mtu, Kind = GuestDeviceKind.Veth, NetworkNamespace = guest.Name }, TestContext.Current.CancellationToken);
        await guest.RunAsync("ip", "link", "set", "eth0", "up");
        await guest.RunAsync("ip", "addr", "add", "10.0.0.70/26", "dev", "eth0");
        (string Namespace, string Device, string Mac, string Address)[] devices =
        [
            (DeviceNames.DhcpNamespace(network.Id), DeviceNames.DhcpEnd(network.Dhcp!.PortId), "fa:16:3e:00:00:aa", "10.0.0.65"),
            (DeviceNames.RouterNamespace(router.Id), DeviceNames.RouterEnd(router.Interfaces[0].PortId), "fa:16:3e:00:00:fe", "10.0.0.126"),
        ];
        await guest.RunAsync("ip", "neigh", "flush", "dev", "eth0");
        foreach (var (name, device, _, address) in devices)
        {
            await host.RunAsync("ip", "-n", name, "link", "set", "dev", device, "address", WrongMac);
            await LearnAsync(guest, address, WrongMac);
        }

        await host.RunAsync("ip", "link", "set", "dev", DeviceNames.HostEnd(port.Id), "nomaster");
        foreach (var (name, device, mac, _) in devices) await host.RunAsync("ip", "-n", name, "link", "set", "dev", device, "address", mac);
        await host.SyncAsync(wanted);

        foreach (var (_, _, mac, address) in devices) Assert.Contains(mac, await KnownAsync(guest, address, WrongMac), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_that_learned_a_wrong_mac_is_told_when_the_device_is_made_anew()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        var wanted = new WantedHost([network], []);
        await host.SyncAsync(wanted);
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await guest.RunAsync("ip", "addr", "add", "10.0.0.70/26", "dev", "eth0");
        var port = network.Dhcp!.PortId;
        await host.RunAsync("ip", "-n", DeviceNames.DhcpNamespace(network.Id), "link", "set", "dev", DeviceNames.DhcpEnd(port), "address", WrongMac);
        await LearnAsync(guest, "10.0.0.65", WrongMac);

        // A device that has just come up is not heard at once: what is told too early is lost now and then only.
        for (var round = 0; round < 10; round++)
        {
            await host.RunAsync("ip", "link", "del", "dev", DeviceNames.HostEnd(port));
            await host.SyncAsync(wanted);

            Assert.Contains("fa:16:3e:00:00:aa", await KnownAsync(guest, "10.0.0.65", WrongMac), StringComparison.Ordinal);
            await guest.RunAsync("ip", "neigh", "replace", "10.0.0.65", "lladdr", WrongMac, "dev", "eth0", "nud", "reachable");
        }
    }

    private static async Task LearnAsync(Guest guest, string address, string mac)
    {
        await guest.RunAsync("busybox", address.Contains(':', StringComparison.Ordinal) ? "ping6" : "ping", "-c", "1", "-W", "5", address);
        Assert.Contains(mac, await guest.RunAsync("ip", "neigh", "show", address), StringComparison.Ordinal);
    }

    private static Task<string> KnownAsync(Guest guest, string address, string former) => Host.EventuallyAsync(
        $"another MAC of {address}", async () => await guest.RunAsync("ip", "neigh", "show", address) is var known && !known.Contains(former, StringComparison.Ordinal) ? known : null);
}
