using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Reconcile;

/// <summary>What DHCP and DNS of a network tell guests, asked by real clients.</summary>
public sealed class DhcpTests
{
    [Fact]
    public async Task A_guest_is_told_its_name_its_mtu_and_its_own_options_and_another_is_not()
    {
        await using var host = new Host();
        var port = Guid.NewGuid().ToString();
        var network = Named(Wanted.Network(), "web-1", port);
        network = network with { Dhcp = network.Dhcp! with { PortOptions = [new PortOption(port, V6: false, "ntp-server", "10.0.0.5,10.0.0.6"), new PortOption(port, V6: false, "67", "pxelinux.0")] } };
        network = With(network, "fa:16:3e:00:00:71", "10.0.0.71", "other");
        await host.SyncAsync(new WantedHost([network], []));

        var told = await AskAsync(host, await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac));
        var other = await AskAsync(host, await host.AddGuestAsync(DeviceNames.Bridge(network.Id), "fa:16:3e:00:00:71"));

        Assert.Equal(
            ["hostname=web-1", "mtu=1450", "ntpsrv=10.0.0.5 10.0.0.6", "bootfile=pxelinux.0", "domain=openstacklocal", "dns=192.0.2.53", "ip=10.0.0.70", "router=10.0.0.126"],
            new[] { "hostname", "mtu", "ntpsrv", "bootfile", "domain", "dns", "ip", "router" }.Select(n => told.Single(l => l.StartsWith(n + "=", StringComparison.Ordinal))));
        Assert.Contains("hostname=other", other);
        Assert.DoesNotContain(other, l => l.StartsWith("ntpsrv=", StringComparison.Ordinal) || l.StartsWith("bootfile=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dns_answers_at_the_metadata_address_for_the_names_of_the_network()
    {
        await using var host = new Host();
        var network = With(Named(Wanted.Network(), "web-1", port: null), "fa:16:3e:00:00:71", "10.0.0.71", "db-1");
        await host.SyncAsync(new WantedHost([network], []));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await guest.DhcpAsync();

        Assert.Contains("Address: 10.0.0.71", await LookUpAsync(guest, "db-1.openstacklocal"), StringComparison.Ordinal);
        Assert.Contains("Address: 10.0.0.70", await LookUpAsync(guest, "web-1.openstacklocal"), StringComparison.Ordinal);
        Assert.Contains("name = db-1.openstacklocal", await LookUpAsync(guest, "10.0.0.71"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_subnets_of_a_network_are_each_served_with_a_route_to_the_other()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        var second = new WantedSubnet { Id = Guid.NewGuid().ToString(), Cidr = IPNetwork.Parse("10.7.0.0/24"), MetadataNextHop = IPAddress.Parse("10.7.0.2") };
        network = network with
        {
            Dhcp = network.Dhcp! with
            {
                Addresses = network.Dhcp.Addresses.Add(new InterfaceAddress(IPAddress.Parse("10.7.0.2"), 24)),
                Subnets = network.Dhcp.Subnets.Add(second),
                Hosts = network.Dhcp.Hosts.Add(new HostEntry(PhysicalAddress.Parse("fa163e000072"), second.Id, IPAddress.Parse("10.7.0.72"), "host-10-7-0-72")),
            },
        };
        await host.SyncAsync(new WantedHost([network], []));
        var first = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        var other = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), "fa:16:3e:00:00:72");
        var told = await AskAsync(host, first);
        var toldOther = await AskAsync(host, other);

        Assert.Contains("staticroutes=10.7.0.0/24 0.0.0.0 169.254.169.254/32 10.0.0.65 0.0.0.0/0 10.0.0.126", told);
        Assert.Contains("ip=10.7.0.72", toldOther);
        Assert.Contains("staticroutes=10.0.0.64/26 0.0.0.0 169.254.169.254/32 10.7.0.2", toldOther);
        Assert.DoesNotContain(toldOther, l => l.StartsWith("router=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_that_goes_gives_its_lease_back_without_a_restart()
    {
        await using var host = new Host();
        var network = With(Wanted.Network(), "fa:16:3e:00:00:71", "10.0.0.71", "other");
        await host.SyncAsync(new WantedHost([network], []));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), "fa:16:3e:00:00:71");
        await guest.DhcpAsync();
        var pid = await File.ReadAllTextAsync(File_(host, network, "pid"));
        Assert.Contains("10.0.0.71", await File.ReadAllTextAsync(File_(host, network, "leases")), StringComparison.Ordinal);
        var programs = host.Plumber.ProgramsStarted;

        await host.SyncAsync(new WantedHost([network with { Dhcp = network.Dhcp! with { Hosts = network.Dhcp.Hosts.RemoveAt(1) } }], []));

        Assert.Equal(pid, await File.ReadAllTextAsync(File_(host, network, "pid")));
        Assert.Equal(0, host.Plumber.ProgramsStarted - programs);
        var leases = await File.ReadAllTextAsync(File_(host, network, "leases"));
        Assert.DoesNotContain("10.0.0.71", leases, StringComparison.Ordinal);
        Assert.Contains("10.0.0.70", leases, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renewal_and_rebinding_times_are_told_and_a_further_configuration_is_read()
    {
        await using var host = new Host();
        Directory.CreateDirectory(host.State);
        var file = Path.Combine(host.State, "more.conf");
        await File.WriteAllTextAsync(file, "address=/answer.example/192.0.2.42\n");
        var network = Wanted.Network();
        network = network with { Dhcp = network.Dhcp! with { Tuning = new DnsmasqTuning { ConfigFile = file, RenewalSeconds = 1000, RebindingSeconds = 2000, BroadcastReply = true, DnsServers = ["192.0.2.53"] } } };
        await host.SyncAsync(new WantedHost([network], []));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        using var capture = await Capture.StartAsync(guest.Name, "udp and src port 67", packets: 2);

        await guest.DhcpAsync();

        var seen = await capture.ReadAsync();
        Assert.Contains("RN (58), length 4: 1000", seen, StringComparison.Ordinal);
        Assert.Contains("RB (59), length 4: 2000", seen, StringComparison.Ordinal);
        Assert.Contains("> 255.255.255.255.68", seen, StringComparison.Ordinal);
        Assert.Contains("Address: 192.0.2.42", await LookUpAsync(guest, "answer.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_process_wrote_that_ended_before_it_told_dnsmasq_is_told_by_the_next()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        await host.SyncAsync(new WantedHost([network], []));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await guest.DhcpAsync();
        var untold = File_(host, network, "pid.untold");
        Assert.False(File.Exists(untold), "all was told");
        host.Restart();
        await File.WriteAllTextAsync(untold, "");
        foreach (var file in (string[])[File_(host, network, "host"), File_(host, network, "addn_hosts")])
            await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace(network.Dhcp!.Hosts[0].HostName, "web-1", StringComparison.Ordinal));
        var pid = await File.ReadAllTextAsync(File_(host, network, "pid"));

        await host.SyncAsync(new WantedHost([Named(network, "web-1", port: null)], []));

        Assert.Equal(pid, await File.ReadAllTextAsync(File_(host, network, "pid")));
        Assert.Contains("Address: 10.0.0.70", await LookUpAsync(guest, "web-1.openstacklocal"), StringComparison.Ordinal);
        Assert.False(File.Exists(untold), "it was told");
    }

    private static string File_(Host host, WantedNetwork network, string name) => Path.Combine(host.State, "dhcp", network.Id, name);

    private static WantedNetwork Named(WantedNetwork network, string name, string? port) => network with
    {
        Dhcp = network.Dhcp! with { Hosts = [network.Dhcp.Hosts[0] with { HostName = name, OptionsOf = port }] },
    };

    private static WantedNetwork With(WantedNetwork network, string mac, string address, string name) => network with
    {
        Dhcp = network.Dhcp! with { Hosts = network.Dhcp.Hosts.Add(new HostEntry(PhysicalAddress.Parse(mac), network.Dhcp.Subnets[0].Id, IPAddress.Parse(address), name)) },
    };

    // What busybox's client gives its script.
    private static async Task<string[]> AskAsync(Host host, Guest guest)
    {
        var script = Path.Combine(host.State, "udhcpc-env");
        await File.WriteAllTextAsync(script, "#!/bin/sh\n[ \"$1\" = bound ] && env\nexit 0\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var output = await guest.RunAsync(
            "busybox", "udhcpc", "-i", "eth0", "-q", "-n", "-f", "-t", "20", "-T", "1", "-s", script,
            "-O", "staticroutes", "-O", "hostname", "-O", "mtu", "-O", "ntpsrv", "-O", "bootfile", "-O", "domain");
        return output.Split('\n');
    }

    // It asks for AAAA as well and ends with 1 when there is none.
    private static async Task<string> LookUpAsync(Guest guest, string name) => (await guest.TryAsync("busybox", "nslookup", name, "169.254.169.254")).Output;
}
