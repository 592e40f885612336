using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Nftables;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Support;

/// <summary>A network with DHCP, a router and a guest's device, and another network beside it, all made and in order.</summary>
internal sealed class Site : IAsyncDisposable
{
    private static readonly PhysicalAddress GuestMac = PhysicalAddress.Parse("fa163e000070");
    private readonly string _guestPort = Guid.NewGuid().ToString();
    private readonly Dictionary<string, string> _names;

    private Site()
    {
        Network = Support.Wanted.Network(withV6: true, metadataV6: true, routed: true);
        Bystander = Support.Wanted.Network();
        Router = Support.Wanted.Router(Network, metadataV6: true, advertise: true);
        Wanted = new WantedHost([Network, Bystander], [Router])
        {
            Ports = [new WantedPort { Id = _guestPort, NetworkId = Network.Id, Mac = GuestMac, Addresses = [IPAddress.Parse("10.0.0.70")] }],
        };
        _names = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["{network}"] = Network.Id,
            ["{dhcp}"] = DeviceNames.DhcpNamespace(Network.Id),
            ["{router}"] = DeviceNames.RouterNamespace(Router.Id),
            ["{bridge}"] = DeviceNames.Bridge(Network.Id),
            ["{tap}"] = DeviceNames.HostEnd(Network.Dhcp!.PortId),
            ["{ns}"] = DeviceNames.DhcpEnd(Network.Dhcp.PortId),
            ["{qr}"] = DeviceNames.RouterEnd(Router.Interfaces[0].PortId),
            ["{leg}"] = DeviceNames.HostEnd(Router.Interfaces[0].PortId),
            ["{guest}"] = DeviceNames.HostEnd(_guestPort),
            ["{state}"] = Host.State,
            ["{guard}"] = PortGuardRuleset.TableOf(Host.State),
        };
    }

    public Host Host { get; } = new();

    public WantedNetwork Network { get; }

    public WantedNetwork Bystander { get; }

    public WantedRouter Router { get; }

    public WantedHost Wanted { get; }

    public long ProgramsAfterBuilding { get; private set; }

    public static async Task<Site> BuildAsync()
    {
        var site = new Site();
        try
        {
            await site.Host.SyncAsync(site.Wanted);
            await site.RunAsync("ip link add {guest} mtu 1450 type veth peer name {guest}x");
            await site.RunAsync("ip link set {guest} master {bridge} up");
            await site.Host.SyncAsync(site.Wanted);
            site.ProgramsAfterBuilding = site.Host.Plumber.ProgramsStarted;
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>A text with the site's names in it.</summary>
    public string Name(string text) => _names.Aggregate(text, (t, name) => t.Replace(name.Key, name.Value, StringComparison.Ordinal));

    /// <summary>Runs a command in which the site's names stand in braces.</summary>
    public Task<string> RunAsync(string command)
    {
        var words = Name(command).Split(' ');
        return Host.RunAsync(words[0], words[1..]);
    }

    /// <summary>Pid of a network's dnsmasq; null when none runs.</summary>
    public async Task<string?> PidAsync(WantedNetwork network)
    {
        var file = Path.Combine(Host.State, "dhcp", network.Id, "pid");
        var pid = File.Exists(file) ? (await File.ReadAllTextAsync(file)).Trim() : "";
        return pid.Length > 0 && File.Exists($"/proc/{pid}/cmdline") && (await File.ReadAllTextAsync($"/proc/{pid}/cmdline")).Contains(network.Id, StringComparison.Ordinal) ? pid : null;
    }

    public async Task<string> BystanderPidAsync() => await PidAsync(Bystander) ?? "none";

    /// <summary>All that was made, as the kernel's own tools and the file system show it. Numbers of devices and processes, which change when a thing is made anew, are left out.</summary>
    public async Task<string> PictureAsync()
    {
        var lines = new List<string>();
        foreach (var name in new[] { "{dhcp}", "{router}" })
        {
            lines.Add(await OfAsync("ip", "-n", Name(name), "-br", "addr"));
            lines.Add(await OfAsync("ip", "-n", Name(name), "route"));
            lines.Add(await OfAsync("ip", "-n", Name(name), "-6", "route"));
            lines.Add(await OfAsync("ip", "-n", Name(name), "neigh", "show", "proxy"));
            lines.Add(await OfAsync("nsenter", $"--net=/run/netns/{Name(name)}", "--", "nft", "list", "ruleset"));
            lines.Add(await OfAsync(
                "nsenter", $"--net=/run/netns/{Name(name)}", "--", "sysctl", "-e", "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "net.ipv4.conf.all.arp_ignore",
                $"net.ipv4.conf.{Name("{qr}")}.forwarding", $"net.ipv6.conf.{Name("{ns}")}.disable_ipv6"));
        }

        foreach (var device in new[] { "{bridge}", "{tap}", "{leg}", "{guest}" })
        {
            lines.Add(string.Join(' ', (await OfAsync("ip", "-o", "link", "show", "dev", Name(device))).Split(' ').SkipWhile(w => w is not "mtu").TakeWhile(w => w is not "link/ether" and not "qlen")));
            lines.Add(Setting(Name(device)));
        }

        lines.Add(await OfAsync("nft", "list", "table", "bridge", Name("{guard}")));
        lines.Add(await PidAsync(Network) is null ? "no dnsmasq" : "dnsmasq");
        lines.AddRange(new[] { "plumbing/journal", $"dhcp/{Network.Id}/host", $"dhcp/{Network.Id}/opts", $"dhcp/{Network.Id}/leases", $"dhcp/{Network.Id}/pid" }.Select(f => $"{f} {File.Exists(Path.Combine(Host.State, f))}"));
        var words = string.Join('\n', lines).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(w => w.Split('@')[0]);
        return string.Join('\n', words.Order(StringComparer.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await Host.TryAsync("ip", "link", "del", Name("{guest}"));
        await Host.DisposeAsync();
    }

    private static string Setting(string device)
    {
        var file = $"/proc/sys/net/ipv4/conf/{device}/arp_ignore";
        return File.Exists(file) ? File.ReadAllText(file) : "no device";
    }

    private async Task<string> OfAsync(string program, params string[] arguments)
    {
        var result = await Host.TryAsync(program, arguments);
        return result.ExitCode == 0 ? result.Output : "missing";
    }
}
