using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Attach;

/// <summary>A network with both families, metadata in its DHCP namespace, and two guests plugged in as <c>port attach</c> does it: a victim and a mallory.</summary>
internal sealed class GuardedNetwork : IAsyncDisposable
{
    public const string VictimMac = Wanted.GuestMac;
    public const string MalloryMac = "fa:16:3e:00:00:71";
    public const string VictimV4 = "10.0.0.70";
    public const string MalloryV4 = "10.0.0.71";
    public const string VictimV6 = "fd00:b::f816:3eff:fe00:70";
    public const string MalloryV6 = "fd00:b::f816:3eff:fe00:71";
    public const string VictimLinkLocal = "fe80::f816:3eff:fe00:70";
    public const string MalloryLinkLocal = "fe80::f816:3eff:fe00:71";
    public const string DhcpMac = "fa:16:3e:00:00:aa";
    public const string DhcpV4 = "10.0.0.65";
    public const string DhcpV6 = "fd00:b::2";

    // Stands for 80, where a metadata agent that runs on this host might listen in every namespace it finds.
    private const int Port80 = 8079;

    private Answerer? _metadata;

    private GuardedNetwork()
    {
        var network = Wanted.Network(withV6: true, metadataV6: true);
        var dhcp = network.Dhcp!;
        Network = network with
        {
            Dhcp = dhcp with
            {
                Hosts = dhcp.Hosts.Add(new HostEntry(PhysicalAddress.Parse(MalloryMac), dhcp.Subnets[0].Id, IPAddress.Parse(MalloryV4), "host-10-0-0-71")),
            },
        };
        VictimPort = Port(VictimMac, VictimV4, VictimV6);
        MalloryPort = Port(MalloryMac, MalloryV4, MalloryV6);
    }

    public Host Host { get; } = new();

    public WantedNetwork Network { get; }

    public WantedPort VictimPort { get; }

    public WantedPort MalloryPort { get; set; }

    public Guest Victim { get; private set; } = null!;

    public Guest Mallory { get; private set; } = null!;

    public string Bridge => DeviceNames.Bridge(Network.Id);

    public string DhcpNamespace => DeviceNames.DhcpNamespace(Network.Id);

    public WantedHost WantedHost => new([Network], []) { Ports = [VictimPort, MalloryPort] };

    public GuestAttachment Attachment => new(Host.State, TimeProvider.System);

    /// <summary>Brings it up.</summary>
    /// <param name="mallory">What is different about the port of mallory.</param>
    public static async Task<GuardedNetwork> StartAsync(Func<WantedPort, WantedPort>? mallory = null)
    {
        var network = new GuardedNetwork();
        try
        {
            if (mallory is not null) network.MalloryPort = mallory(network.MalloryPort);
            await network.Host.SyncAsync(network.WantedHost);
            network._metadata = await Answerer.StartAsync(network.DhcpNamespace, Port80, "metadata");
            network.Victim = await network.PlugAsync(network.VictimPort, VictimV4, VictimV6);
            network.Mallory = await network.PlugAsync(network.MalloryPort, MalloryV4, MalloryV6);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    public WantedPort Port(string mac, params string[] addresses) => new()
    {
        Id = Guid.NewGuid().ToString(),
        NetworkId = Network.Id,
        Mac = PhysicalAddress.Parse(mac),
        Addresses = [.. addresses.Select(IPAddress.Parse)],
    };

    /// <summary>A guest with its addresses set by hand, at once usable.</summary>
    public async Task<Guest> PlugAsync(WantedPort port, params string[] addresses)
    {
        var guest = await Host.AddNamespaceAsync();
        await Attachment.AttachAsync(
            new GuestDevice { Port = port, Mtu = Network.Mtu, Kind = GuestDeviceKind.Veth, NetworkNamespace = guest.Name }, TestContext.Current.CancellationToken);
        await guest.RunAsync("sysctl", "-q", "-w", "net.ipv6.conf.eth0.accept_dad=0", "net.ipv6.conf.eth0.accept_ra=1");
        await guest.RunAsync("ip", "link", "set", "eth0", "up");
        foreach (var address in addresses) await AddAsync(guest, address);
        await guest.RunAsync("ip", "route", "add", "169.254.169.254", "via", DhcpV4);
        return guest;
    }

    public static Task<string> AddAsync(Guest guest, string address) => address.Contains(':', StringComparison.Ordinal)
        ? guest.RunAsync("ip", "addr", "add", $"{address}/64", "dev", "eth0", "nodad")
        : guest.RunAsync("ip", "addr", "add", $"{address}/26", "dev", "eth0");

    /// <summary>One echo that must be answered.</summary>
    public static Task<string> PingAsync(Guest guest, string to, int bytes = 56) =>
        guest.RunAsync("busybox", to.Contains(':', StringComparison.Ordinal) ? "ping6" : "ping", "-c", "1", "-W", "5", "-s", $"{bytes}", to);

    /// <summary>Asks the metadata listener from an address of the guest.</summary>
    /// <returns>What it answered; empty when nothing came back.</returns>
    public static async Task<string> AskAsync(Guest guest, string from, string to = "169.254.169.254", int seconds = 2)
    {
        var code = $"""
            import socket
            family = socket.AF_INET6 if ':' in '{to}' else socket.AF_INET
            scope = socket.if_nametoindex('eth0')
            def at(address, port):
                return (address, port, 0, scope if address.startswith('fe80') else 0) if ':' in address else (address, port)
            s = socket.socket(family)
            s.settimeout({seconds})
            s.bind(at('{from}', 0))
            try:
                s.connect(at('{to}', {Port80}))
                s.sendall(b'GET / HTTP/1.0\r\n\r\n')
                print(s.recv(4096).decode().split('\r\n\r\n')[1])
            except OSError:
                pass
            """;
        return (await guest.RunAsync("/usr/bin/env", "python3", "-c", code)).Trim();
    }

    /// <summary>The victim is served as ever, by both families.</summary>
    public async Task AssertVictimServedAsync()
    {
        Assert.Equal("metadata", await AskAsync(Victim, VictimV4, seconds: 10));
        Assert.Equal("metadata", await AskAsync(Victim, VictimLinkLocal, "fe80::a9fe:a9fe", seconds: 10));
    }

    /// <summary>The device the bridge sends packets for a MAC to.</summary>
    public async Task<string> LearnedAtAsync(string mac)
    {
        var table = await Host.RunAsync("bridge", "fdb", "show", "br", Bridge, "dynamic");
        return string.Join(' ', table.Split('\n').Where(l => l.StartsWith(mac, StringComparison.Ordinal)).Select(l => l.Split(' ')[2]));
    }

    /// <summary>Replaces rules of the host or its ports.</summary>
    public Task<SyncReport> SyncAsync(params ImmutableArray<WantedPort> ports) => Host.SyncAsync(WantedHost with { Ports = ports });

    public async ValueTask DisposeAsync()
    {
        _metadata?.Dispose();
        await Host.DisposeAsync();
    }

    public Task<ProcessResult> NftAsync(params string[] arguments) => Host.TryAsync("nft", arguments);
}
