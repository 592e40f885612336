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
        await LinkLocalAsync(guest);
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

            // When its port goes, so does the lease, without a restart.
            var directory = Path.Combine(host.State, "dhcp", network.Id);
            var pid = await File.ReadAllTextAsync(Path.Combine(directory, "pid"));
            Assert.Contains("fd00:b::70", await File.ReadAllTextAsync(Path.Combine(directory, "leases")), StringComparison.Ordinal);
            await host.SyncAsync(new WantedHost([network with { Dhcp = network.Dhcp! with { Hosts = network.Dhcp.Hosts.RemoveAt(1) } }], []));
            Assert.Equal(pid, await File.ReadAllTextAsync(Path.Combine(directory, "pid")));
            Assert.DoesNotContain("fd00:b::70", await File.ReadAllTextAsync(Path.Combine(directory, "leases")), StringComparison.Ordinal);
        }
        finally
        {
            await host.RunAsync("kill", client);
        }
    }

    [Fact]
    public async Task A_stateless_guest_makes_its_address_and_is_told_dns_and_its_own_options_by_dhcp()
    {
        await using var host = new Host();
        var port = Guid.NewGuid().ToString();
        var network = With(Wanted.Network(withV6: true), DhcpV6Service.Stateless);
        var dhcp = network.Dhcp!;
        network = network with
        {
            Dhcp = dhcp with
            {
                Hosts = [dhcp.Hosts[0], dhcp.Hosts[1] with { Address = IPAddress.Parse("fd00:b::f816:3eff:fe00:70"), OptionsOf = port }],
                PortOptions = [new PortOption(port, V6: true, "sntp-server", "[fd00:b::7]")],
            },
        };
        await host.SyncAsync(new WantedHost([network], [Announcing(network, DhcpV6Service.Stateless)]));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await LinkLocalAsync(guest);
        await Host.EventuallyAsync("an address of the announced prefix", async () =>
            (await guest.RunAsync("ip", "-6", "-br", "addr", "show", "eth0")).Contains("fd00:b::f816:3eff:fe00:70/64", StringComparison.Ordinal) ? "yes" : null);

        var state = Path.Combine(host.State, "dhclient");
        await File.WriteAllTextAsync(state + ".sh", $"#!/bin/sh\nenv >> {state}.env\n");
        await File.WriteAllTextAsync(state + ".conf", "also request dhcp6.sntp-servers;\n");
        File.SetUnixFileMode(state + ".sh", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await guest.RunAsync("dhclient", "-6", "-S", "-1", "-cf", state + ".conf", "-lf", state + ".leases", "-pf", state + ".pid", "-sf", state + ".sh", "eth0");

        var told = await File.ReadAllTextAsync(state + ".env");
        Assert.Contains("new_dhcp6_name_servers=fd00:b::53", told, StringComparison.Ordinal);
        Assert.Contains("new_dhcp6_sntp_servers=fd00:b::7", told, StringComparison.Ordinal);
        Assert.DoesNotContain("new_ip6_address", told, StringComparison.Ordinal);
    }

    private static Task<string> LinkLocalAsync(Guest guest) => Host.EventuallyAsync("a link-local address that may be used", async () =>
        await guest.RunAsync("ip", "-6", "addr", "show", "dev", "eth0", "scope", "link") is { Length: > 0 } text && !text.Contains("tentative", StringComparison.Ordinal) ? text : null);

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
