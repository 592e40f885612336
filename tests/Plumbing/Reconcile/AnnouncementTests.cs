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

    private static async Task LearnAsync(Guest guest, string address, string mac)
    {
        await guest.RunAsync("busybox", address.Contains(':', StringComparison.Ordinal) ? "ping6" : "ping", "-c", "1", "-W", "5", address);
        Assert.Contains(mac, await guest.RunAsync("ip", "neigh", "show", address), StringComparison.Ordinal);
    }

    private static Task<string> KnownAsync(Guest guest, string address, string former) => Host.EventuallyAsync(
        $"another MAC of {address}", async () => await guest.RunAsync("ip", "neigh", "show", address) is var known && !known.Contains(former, StringComparison.Ordinal) ? known : null);
}
