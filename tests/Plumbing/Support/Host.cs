using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Reconcile;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Plumbing.Tests.Support;

/// <summary>A plumber on this very host with a state directory of its own; takes everything away at the end.</summary>
internal sealed class Host : IAsyncDisposable
{
    private readonly List<string> _guests = [];

    public Host()
    {
        State = $"/tmp/firstlight-plumbing-{Guid.NewGuid():N}";
        Plumber = NewPlumber();
        var missing = Plumber.Preflight();
        Assert.True(missing.IsEmpty, string.Join('\n', missing));
    }

    public string State { get; }

    public HostPlumber Plumber { get; private set; }

    public ProcessRunner Runner { get; } = new(TimeSpan.FromSeconds(30), TimeProvider.System);

    public HostPlumber NewPlumber() =>
        new(new PlumbingOptions { StateDirectory = State, SuperviseInterval = TimeSpan.FromMilliseconds(100) }, TimeProvider.System, NullLogger<HostPlumber>.Instance);

    /// <summary>As if the process had been killed and started anew: nothing of its memory is left, all it made runs on.</summary>
    public void Restart()
    {
        Plumber.Dispose();
        Plumber = NewPlumber();
    }

    public async Task<SyncReport> SyncAsync(WantedHost wanted)
    {
        var report = await Plumber.SyncAsync(wanted, TestContext.Current.CancellationToken);
        Assert.True(report.Succeeded, string.Join('\n', report.Failures.Select(f => f.Failure)));
        return report;
    }

    /// <summary>A namespace with one leg in a bridge, as a virtual machine would have it.</summary>
    public async Task<Guest> AddGuestAsync(string bridge, string mac)
    {
        var id = Guid.NewGuid().ToString("N")[..8];
        var name = $"flguest-{id}";
        _guests.Add(name);
        await RunAsync("ip", "netns", "add", name);
        await RunAsync("ip", "link", "add", $"fg{id}", "type", "veth", "peer", "name", "eth0", "address", mac, "netns", name);
        await RunAsync("ip", "link", "set", $"fg{id}", "master", bridge, "up");
        await RunAsync("ip", "-n", name, "link", "set", "lo", "up");
        await RunAsync("ip", "-n", name, "link", "set", "eth0", "up");
        return new Guest(this, name);
    }

    public Task<string> RunAsync(string program, params string[] arguments) =>
        Runner.RunAsync(new ProcessCall("test", program, arguments), TestContext.Current.CancellationToken);

    public Task<ProcessResult> TryAsync(string program, params string[] arguments) =>
        Runner.TryRunAsync(new ProcessCall("test", program, arguments), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var guest in _guests) await TryAsync("ip", "netns", "del", guest);
        var report = await Plumber.TeardownAsync(CancellationToken.None);
        Plumber.Dispose();
        Directory.Delete(State, recursive: true);
        Assert.True(report.Succeeded, string.Join('\n', report.Failures.Select(f => f.Failure)));
    }

    public static async Task<T> EventuallyAsync<T>(string what, Func<Task<T?>> look)
        where T : class
    {
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (DateTime.UtcNow < deadline)
        {
            if (await look() is { } found) return found;
            await Task.Delay(50);
        }

        throw new TimeoutException($"{what}: not within 20 s");
    }
}

/// <summary>A guest's namespace.</summary>
internal sealed class Guest(Host host, string name)
{
    public string Name => name;

    public Task<string> RunAsync(string program, params string[] arguments) => host.RunAsync("nsenter", [$"--net=/run/netns/{name}", "--", program, .. arguments]);

    public Task<ProcessResult> TryAsync(string program, params string[] arguments) => host.TryAsync("nsenter", [$"--net=/run/netns/{name}", "--", program, .. arguments]);

    /// <summary>Asks DHCP with busybox's client, which reads raw packets and so minds checksums, and honours option 121.</summary>
    public async Task<string> DhcpAsync()
    {
        var script = Path.Combine(host.State, "udhcpc-script");
        await File.WriteAllTextAsync(script, """
            #!/bin/sh
            [ "$1" = bound ] || exit 0
            ip addr add "$ip/$mask" dev "$interface"
            set -- $staticroutes
            while [ $# -ge 2 ]; do ip route replace "$1" via "$2" dev "$interface"; shift 2; done
            """);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return await RunAsync("busybox", "udhcpc", "-i", "eth0", "-q", "-n", "-f", "-t", "20", "-T", "1", "-O", "staticroutes", "-s", script);
    }
}

/// <summary>A listener inside a namespace that answers every connection with one line; ends with it.</summary>
internal sealed class Answerer : IDisposable
{
    private readonly System.Diagnostics.Process _process;

    private Answerer(System.Diagnostics.Process process) => _process = process;

    public static async Task<Answerer> StartAsync(string networkNamespace, int port, string answer)
    {
        var code = $"""
            import socket
            s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(('::', {port}))
            s.listen(16)
            print('ready', flush=True)
            while True:
                c, _ = s.accept()
                c.recv(4096)
                c.sendall(b'HTTP/1.0 200 OK\r\n\r\n{answer}')
                c.close()
            """;
        var start = new System.Diagnostics.ProcessStartInfo("nsenter", [$"--net=/run/netns/{networkNamespace}", "--", "/usr/bin/env", "python3", "-c", code]) 
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var process = System.Diagnostics.Process.Start(start)!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
        return new Answerer(process);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}

/// <summary>A small wanted host with ids of its own.</summary>
internal static class Wanted
{
    public const string GuestMac = "fa:16:3e:00:00:70";

    public static WantedNetwork Network(bool withV6 = false, bool metadataV6 = false, bool routed = false)
    {
        var (four, six) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var network = new WantedNetwork
        {
            Id = Guid.NewGuid().ToString(),
            Mtu = 1450,
            Dhcp = new WantedDhcp
            {
                PortId = Guid.NewGuid().ToString(),
                Mac = PhysicalAddress.Parse("fa163e0000aa"),
                Addresses = [new InterfaceAddress(IPAddress.Parse("10.0.0.65"), 26)],
                MetadataV6 = metadataV6,
                GatewayV4 = IPAddress.Parse("10.0.0.126"),
                Subnets =
                [
                    new WantedSubnet
                    {
                        Id = four, Cidr = IPNetwork.Parse("10.0.0.64/26"), Gateway = IPAddress.Parse("10.0.0.126"), Dns = [IPAddress.Parse("192.0.2.53")],
                        MetadataNextHop = IPAddress.Parse(routed ? "10.0.0.126" : "10.0.0.65"),
                    },
                ],
                Hosts = [new HostEntry(PhysicalAddress.Parse(GuestMac), four, IPAddress.Parse("10.0.0.70"), "host-10-0-0-70")],
            },
        };
        if (!withV6) return network;
        var dhcp = network.Dhcp;
        return network with
        {
            Dhcp = dhcp with
            {
                Addresses = dhcp.Addresses.Add(new InterfaceAddress(IPAddress.Parse("fd00:b::2"), 64)),
                GatewayV6 = IPAddress.Parse("fd00:b::1"),
                Subnets = dhcp.Subnets.Add(new WantedSubnet { Id = six, Cidr = IPNetwork.Parse("fd00:b::/64"), Gateway = IPAddress.Parse("fd00:b::1"), V6 = DhcpV6Service.Slaac }),
            },
        };
    }

    public static WantedRouter Router(WantedNetwork network, bool metadataV6 = false, bool advertise = false)
    {
        var leg = new WantedRouterInterface
        {
            PortId = Guid.NewGuid().ToString(),
            NetworkId = network.Id,
            Mac = PhysicalAddress.Parse("fa163e0000fe"),
            Mtu = network.Mtu,
            Addresses = [new InterfaceAddress(IPAddress.Parse("10.0.0.126"), 26), new InterfaceAddress(IPAddress.Parse("fd00:b::1"), 64)],
            MetadataV6 = metadataV6,
        };
        if (advertise)
            leg = leg with { Advertisements = [new WantedAdvertisement(Guid.NewGuid().ToString(), IPNetwork.Parse("fd00:b::/64"), DhcpV6Service.Slaac, [])] };
        return new WantedRouter { Id = Guid.NewGuid().ToString(), Interfaces = [leg] };
    }
}
