using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Reconcile;

public sealed class Dhcpv6Tests
{
    [Theory]
    [InlineData(DhcpV6Service.Slaac, "Flags [none]", "[onlink, auto]")]
    [InlineData(DhcpV6Service.Stateless, "Flags [other stateful]", "[onlink, auto]")]
    [InlineData(DhcpV6Service.Stateful, "Flags [managed, other stateful]", "[onlink]")]
    public async Task Advertisements_carry_the_flags_of_their_mode(DhcpV6Service mode, string flags, string prefixFlags)
    {
        await using var host = new Host();
        var network = With(Wanted.Network(withV6: true), mode);
        await host.SyncAsync(new WantedHost([network], [Announcing(network, mode)]));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        using var capture = await Capture.StartAsync(guest.Name, "icmp6 and ip6[40] == 134", packets: 1);

        var seen = await capture.ReadAsync();

        Assert.Contains(flags, seen, StringComparison.Ordinal);
        Assert.Contains($"fd00:b::/64, Flags {prefixFlags}", seen, StringComparison.Ordinal);
        Assert.Contains("mtu option (5), length 8 (1):  1450", seen, StringComparison.Ordinal);
        Assert.Contains("fd00:b::53", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stateful_guest_gets_its_fixed_address_from_dhcp_and_nothing_from_the_router()
    {
        await using var host = new Host();
        var network = With(Wanted.Network(withV6: true), DhcpV6Service.Stateful);
        await host.SyncAsync(new WantedHost([network], [Announcing(network, DhcpV6Service.Stateful)]));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await Host.EventuallyAsync("a link-local address that may be used", async () =>
            await guest.RunAsync("ip", "-6", "addr", "show", "dev", "eth0", "scope", "link") is { Length: > 0 } text && !text.Contains("tentative", StringComparison.Ordinal) ? text : null);
        using var capture = await Capture.StartAsync(guest.Name, "udp and src port 547", packets: 2);

        var state = Path.Combine(host.State, "dhclient");
        await File.WriteAllTextAsync(state + ".sh", "#!/bin/sh\n[ -z \"$new_ip6_address\" ] || ip addr replace \"$new_ip6_address/128\" dev \"$interface\"\n");
        File.SetUnixFileMode(state + ".sh", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await guest.RunAsync("dhclient", "-6", "-1", "-cf", "/dev/null", "-lf", state + ".leases", "-pf", state + ".pid", "-sf", state + ".sh", "eth0");
        var client = await Host.EventuallyAsync("dhclient's pid", async () =>
            File.Exists(state + ".pid") && (await File.ReadAllTextAsync(state + ".pid")).Trim() is { Length: > 0 } pid ? pid : null);
        try
        {
            Assert.Contains("fd00:b::70/128", await guest.RunAsync("ip", "-6", "-br", "addr", "show", "eth0"), StringComparison.Ordinal);

            // An advertise and a reply, both from the MAC of the DHCP port.
            var seen = await capture.ReadAsync();
            Assert.Equal(2, seen.Split("dhcp6 ").Length - 1);
            Assert.DoesNotContain("fe80::f816:3eff:fe00:fe.547", seen, StringComparison.Ordinal);
        }
        finally
        {
            await host.RunAsync("kill", client);
        }
    }

    private static WantedNetwork With(WantedNetwork network, DhcpV6Service mode)
    {
        var six = network.Dhcp!.Subnets[1] with { V6 = mode, Dns = [IPAddress.Parse("fd00:b::53")] };
        return network with
        {
            Dhcp = network.Dhcp with
            {
                Subnets = [network.Dhcp.Subnets[0], six],
                Hosts = network.Dhcp.Hosts.Add(new HostEntry(PhysicalAddress.Parse(Wanted.GuestMac), six.Id, IPAddress.Parse("fd00:b::70"), "host-fd00-b--70")),
            },
        };
    }

    private static WantedRouter Announcing(WantedNetwork network, DhcpV6Service mode)
    {
        var router = Wanted.Router(network);
        var advertisement = new WantedAdvertisement(network.Dhcp!.Subnets[1].Id, IPNetwork.Parse("fd00:b::/64"), mode, [IPAddress.Parse("fd00:b::53")]);
        return router with { Interfaces = [router.Interfaces[0] with { Advertisements = [advertisement] }] };
    }
}
