using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Support;

/// <summary>A network outside, a router in front of an inner one, a guest inside and a machine outside, which is the external gateway.</summary>
internal sealed class Outside(Host host)
{
    public const string Machine = "203.0.113.1";
    public const string Gateway = "203.0.113.100";
    public const string Floating = "203.0.113.20";
    public const string Fixed = "10.0.0.70";

    public WantedNetwork External { get; init; } = new() { Id = Guid.NewGuid().ToString() };

    public WantedNetwork Inner { get; } = Wanted.Network(routed: true);

    /// <summary>The wanted host.</summary>
    /// <param name="floating">Where <see cref="Floating"/> leads; null for no floating address.</param>
    /// <param name="snat">Whether the gateway translates.</param>
    public WantedHost Host(string? floating = null, bool snat = true) => new([External, Inner], [Router(floating, snat)]);

    public WantedRouter Router(string? floating = null, bool snat = true)
    {
        _router ??= Wanted.Router(Inner);
        return _router with
        {
            Gateway = new WantedGateway
            {
                PortId = _gatewayPort,
                NetworkId = External.Id,
                Mac = PhysicalAddress.Parse("fa163e000100"),
                Addresses = [new InterfaceAddress(IPAddress.Parse(Gateway), 24)],
                NextHops = [IPAddress.Parse(Machine)],
                Snat = snat,
                FloatingIps = floating is null ? [] : [new WantedFloatingIp(IPAddress.Parse(Floating), IPAddress.Parse(floating))],
            },
        };
    }

    public string Namespace => DeviceNames.RouterNamespace(Router().Id);

    public string GatewayDevice => DeviceNames.GatewayEnd(_gatewayPort);

    /// <summary>The machine outside. It knows no inner network.</summary>
    public async Task<Guest> AddMachineAsync()
    {
        var machine = await host.AddGuestAsync(DeviceNames.Bridge(External.Id), "fa:16:3e:00:02:01");
        await machine.RunAsync("ip", "addr", "add", $"{Machine}/24", "dev", "eth0");
        return machine;
    }

    /// <summary>The guest inside, by DHCP.</summary>
    public async Task<Guest> AddGuestAsync()
    {
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(Inner.Id), Wanted.GuestMac);
        await guest.DhcpAsync();
        return guest;
    }

    /// <summary>Another guest inside, by hand.</summary>
    public async Task<Guest> AddGuestAsync(string address, string mac)
    {
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(Inner.Id), mac);
        await guest.RunAsync("ip", "addr", "add", $"{address}/26", "dev", "eth0");
        await guest.RunAsync("ip", "route", "add", "default", "via", "10.0.0.126");
        return guest;
    }

    public static Task<string> FetchAsync(Guest guest, string url) => guest.RunAsync("curl", "-sS", "--noproxy", "*", "-m", "5", url);

    /// <summary>28 of curl: nothing came back at all. A refused connection would be 7.</summary>
    public static async Task<int> SilenceAsync(Guest guest, string url)
    {
        ProcessResult result = await guest.TryAsync("curl", "-sS", "--noproxy", "*", "-m", "1", url);
        return result.ExitCode;
    }

    private readonly string _gatewayPort = Guid.NewGuid().ToString();
    private WantedRouter? _router;
}
