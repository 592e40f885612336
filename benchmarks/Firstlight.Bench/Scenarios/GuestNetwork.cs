using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Scenarios;

/// <summary>
/// The one network of a run: the namespace every server listens in, the bridge, and the guest the load comes from. All servers share it, so that
/// each request crosses the same two veth pairs and the same bridge whoever answers.
/// </summary>
internal sealed class GuestNetwork
{
    /// <summary>The address guests ask.</summary>
    public const string MetadataAddress = "169.254.169.254";

    private readonly string _suffix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));

    /// <summary>Network id; names of namespace and bridge are derived from it as Neutron derives them.</summary>
    public Guid NetworkId { get; } = Guid.NewGuid();

    /// <summary>Server (guest) id.</summary>
    public Guid ServerId { get; } = Guid.NewGuid();

    /// <summary>The guest's address.</summary>
    public string GuestAddress => AddressOf(0);

    /// <summary>The guest's MAC.</summary>
    public string GuestMac => MacOf(0);

    /// <summary>Prefix of the subnet.</summary>
    public string Cidr => "10.77.0.0/22";

    /// <summary>Guests beside it, who share its device and have an address each. Default none.</summary>
    public int Guests { get; init; }

    /// <summary>Those guests, as they boot.</summary>
    public IReadOnlyList<BootingGuest> Booting => [.. Enumerable.Range(1, Guests).Select(n => new BootingGuest(IPAddress.Parse(AddressOf(n)), IdOf(n).ToString()))];

    /// <summary>File of the guest's namespace.</summary>
    public string GuestNamespaceFile => $"/run/netns/{GuestNamespace}";

    /// <summary>The namespace the servers listen in.</summary>
    public string ServerNamespace => $"qdhcp-{NetworkId}";

    /// <summary>The namespace of the guest.</summary>
    public string GuestNamespace => $"flbench-{_suffix}";

    private string Bridge => $"brq{NetworkId.ToString()[..11]}";

    private string GuestLink => $"flb{_suffix}";

    /// <summary>A guest's address; number 0 is the one every network has.</summary>
    public string AddressOf(int guest) => string.Create(CultureInfo.InvariantCulture, $"10.77.{1 + (guest / 200)}.{10 + (guest % 200)}");

    /// <summary>A guest's MAC.</summary>
    public string MacOf(int guest) => string.Create(CultureInfo.InvariantCulture, $"fa:16:3e:77:{guest >> 8:x2}:{guest & 0xff:x2}");

    /// <summary>A guest's server id.</summary>
    public Guid IdOf(int guest) => guest == 0 ? ServerId : new Guid(guest, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1);

    /// <summary>Sees to it that whatever the network consists of goes at the end, whoever made it: Firstlight leaves DHCP running when it stops.</summary>
    public void RemoveAtEnd(Undo undo)
    {
        undo.Add($"bridge {Bridge}", () => QuietAsync("ip", "link", "delete", Bridge));
        undo.Add($"namespace {ServerNamespace}", () => RemoveNamespaceAsync(ServerNamespace));
        undo.Add($"link {GuestLink}", () => QuietAsync("ip", "link", "delete", GuestLink));
        undo.Add($"namespace {GuestNamespace}", () => RemoveNamespaceAsync(GuestNamespace));
    }

    /// <summary>The servers' side without Firstlight: for comparing the other peers alone.</summary>
    public async Task MakeServerSideAsync(CancellationToken cancellationToken)
    {
        var inside = $"flt{_suffix}";
        await IpAsync(["netns", "add", ServerNamespace], cancellationToken).ConfigureAwait(false);
        await IpAsync(["link", "add", Bridge, "type", "bridge"], cancellationToken).ConfigureAwait(false);
        await IpAsync(["link", "set", Bridge, "up"], cancellationToken).ConfigureAwait(false);
        await IpAsync(["link", "add", inside, "type", "veth", "peer", "name", "ns0", "netns", ServerNamespace], cancellationToken).ConfigureAwait(false);
        await IpAsync(["link", "set", inside, "master", Bridge, "up"], cancellationToken).ConfigureAwait(false);
        foreach (var link in (string[])["lo", "ns0"])
        {
            await IpAsync(["-n", ServerNamespace, "link", "set", link, "up"], cancellationToken).ConfigureAwait(false);
        }

        foreach (var address in (string[])["10.77.0.2/22", $"{MetadataAddress}/32"])
        {
            await IpAsync(["-n", ServerNamespace, "address", "add", address, "dev", "ns0"], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Plugs the guest into the bridge, with the MAC and the address its port has.</summary>
    public async Task PlugGuestAsync(CancellationToken cancellationToken)
    {
        var n = GuestNamespace;
        await IpAsync(["netns", "add", n], cancellationToken).ConfigureAwait(false);
        await IpAsync(["link", "add", GuestLink, "type", "veth", "peer", "name", "eth0", "netns", n], cancellationToken).ConfigureAwait(false);
        await IpAsync(["link", "set", GuestLink, "master", Bridge, "up"], cancellationToken).ConfigureAwait(false);
        await IpAsync(["-n", n, "link", "set", "lo", "up"], cancellationToken).ConfigureAwait(false);
        await IpAsync(["-n", n, "link", "set", "eth0", "address", GuestMac, "up"], cancellationToken).ConfigureAwait(false);
        await IpAsync(["-n", n, "address", "add", $"{GuestAddress}/22", "dev", "eth0"], cancellationToken).ConfigureAwait(false);
        await IpAsync(["-n", n, "route", "add", $"{MetadataAddress}/32", "dev", "eth0"], cancellationToken).ConfigureAwait(false);
        foreach (var guest in Booting)
        {
            await IpAsync(["-n", n, "address", "add", $"{guest.Address}/22", "dev", "eth0"], cancellationToken).ConfigureAwait(false);
        }

        // A new connection for every request needs more ports than the default range has.
        await Command.RunAsync(["ip", "netns", "exec", n, "sh", "-c",
            "echo 1024 65535 >/proc/sys/net/ipv4/ip_local_port_range; echo 1 >/proc/sys/net/ipv4/tcp_tw_reuse"], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One GET from the guest: status and body; status 0 when there was no answer.</summary>
    public async Task<(int Status, string Body)> GetAsync(string url, CancellationToken cancellationToken)
    {
        var (_, output, _) = await Command.TryAsync(["ip", "netns", "exec", GuestNamespace, "curl", "-s", "--noproxy", "*", "-m", "5", "-w", "\n%{http_code}", url], cancellationToken).ConfigureAwait(false);
        var cut = output.LastIndexOf('\n');
        return cut < 0 ? (0, "") : (int.Parse(output.AsSpan(cut + 1), CultureInfo.InvariantCulture), output[..cut]);
    }

    private static Task<string> IpAsync(string[] arguments, CancellationToken cancellationToken) =>
        Command.RunAsync(["ip", .. arguments], cancellationToken);

    private static Task<(int Code, string Output, string Complaint)> QuietAsync(params string[] command) =>
        Command.TryAsync(command, CancellationToken.None);

    private static async Task RemoveNamespaceAsync(string name)
    {
        var (code, pids, _) = await Command.TryAsync(["ip", "netns", "pids", name], CancellationToken.None).ConfigureAwait(false);
        if (code != 0)
        {
            return;
        }

        // The namespace is this run's own, so what still runs in it is as well.
        foreach (var pid in pids.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await QuietAsync("kill", "-KILL", pid).ConfigureAwait(false);
        }

        await QuietAsync("ip", "netns", "delete", name).ConfigureAwait(false);
    }
}
