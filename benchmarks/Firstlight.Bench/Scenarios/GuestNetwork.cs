using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Scenarios;

/// <summary>
/// A network of a run: the namespace every server listens in, the bridge, and the guests the load comes from. The guests of a network share a namespace and a
/// device and have an address each; all networks have the same addresses, so that nothing but the network tells two guests apart.
/// </summary>
/// <param name="number">Number within the run, 0 to 4095.</param>
internal sealed class GuestNetwork(int number = 0)
{
    /// <summary>The address guests ask.</summary>
    public const string MetadataAddress = "169.254.169.254";

    /// <summary>The largest number of a network.</summary>
    public const int LastNumber = 4095;

    // In the first eight digits of every id, of which names of devices are made: several runs can share a machine.
    private static readonly int Run = RandomNumberGenerator.GetInt32(1, 1 << 19);

    private string Suffix => NetworkId.ToString()[..8];

    /// <summary>Number within the run.</summary>
    public int Number => number;

    /// <summary>Network id; names of namespace and bridge are derived from it as Neutron derives them.</summary>
    public Guid NetworkId { get; } = new((Run << 12) | number, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0xff);

    /// <summary>The guest every network has.</summary>
    public Guid ServerId => IdOf(0);

    /// <summary>Its address.</summary>
    public string GuestAddress => AddressOf(0);

    /// <summary>Prefix of the subnet.</summary>
    public static string Cidr => "10.77.0.0/16";

    /// <summary>Guests beside it. Default none.</summary>
    public int Guests { get; init; }

    /// <summary>Guests that really have their address in the namespace; null (default) for all.</summary>
    public IReadOnlyList<int>? Plugged { get; init; }

    /// <summary>Those guests, as they boot.</summary>
    public IReadOnlyList<BootingGuest> Booting => [.. Enumerable.Range(1, Guests).Select(Guest)];

    /// <summary>File of the guests' namespace.</summary>
    public string GuestNamespaceFile => $"/run/netns/{GuestNamespace}";

    /// <summary>The namespace the servers listen in.</summary>
    public string ServerNamespace => $"qdhcp-{NetworkId}";

    /// <summary>The namespace of the guests.</summary>
    public string GuestNamespace => $"flbench-{Suffix}";

    private string Bridge => $"brq{NetworkId.ToString()[..11]}";

    private string GuestLink => $"flb{Suffix}";

    /// <summary>A guest as it boots; number 0 is the one every network has.</summary>
    public BootingGuest Guest(int guest) => new(IPAddress.Parse(AddressOf(guest)), IdOf(guest).ToString());

    /// <summary>A guest's address.</summary>
    public static string AddressOf(int guest) => string.Create(CultureInfo.InvariantCulture, $"10.77.{1 + (guest / 250)}.{1 + (guest % 250)}");

    /// <summary>A guest's MAC.</summary>
    public static string MacOf(int guest) => string.Create(CultureInfo.InvariantCulture, $"fa:16:3e:{guest >> 16:x2}:{(guest >> 8) & 0xff:x2}:{guest & 0xff:x2}");

    /// <summary>A guest's server id.</summary>
    public Guid IdOf(int guest) => new((Run << 12) | number, 0, 0x4000, 0x80, 0, 0, 0, (byte)(guest >> 16), (byte)(guest >> 8), (byte)guest, 1);

    /// <summary>Sees to it that whatever the network consists of goes at the end, whoever made it: Firstlight leaves DHCP running when it stops.</summary>
    public void RemoveAtEnd(Undo undo)
    {
        undo.Add($"bridge {Bridge}", () => QuietAsync("ip", "link", "delete", Bridge));
        undo.Add($"namespace {ServerNamespace}", () => RemoveNamespaceAsync(ServerNamespace));
        RemoveGuestsAtEnd(undo);
    }

    /// <summary>The same for the guests' side alone, where Firstlight itself takes away what it made.</summary>
    public void RemoveGuestsAtEnd(Undo undo)
    {
        undo.Add($"link {GuestLink}", () => QuietAsync("ip", "link", "delete", GuestLink));
        undo.Add($"namespace {GuestNamespace}", () => RemoveNamespaceAsync(GuestNamespace));
    }

    /// <summary>The same for many networks, whose guests are no processes.</summary>
    public static void RemoveGuestsAtEnd(IReadOnlyList<GuestNetwork> networks, Undo undo) =>
        undo.Add("guests", () => BatchAsync(networks.Select(n => $"netns delete {n.GuestNamespace}")));

    /// <summary>
    /// Takes away the namespaces and bridges of thousands of networks whose processes have ended. Network by network, each device would wait for the whole kernel; with their
    /// namespaces it takes many at a time.
    /// </summary>
    public static async Task RemoveServersAsync(IReadOnlyList<GuestNetwork> networks)
    {
        await BatchAsync(networks.Select(n => $"netns delete {n.ServerNamespace}"));
        await BatchAsync(networks.Select(n => $"link delete {n.Bridge}"));
    }

    /// <summary>The servers' side without Firstlight: for comparing the other peers alone.</summary>
    public Task MakeServerSideAsync(CancellationToken cancellationToken)
    {
        var inside = $"flt{Suffix}";
        return ScriptAsync(
            $"""
            ip netns add {ServerNamespace}
            ip link add {Bridge} type bridge
            ip link set {Bridge} up
            ip link add {inside} type veth peer name ns0 netns {ServerNamespace}
            ip link set {inside} master {Bridge} up
            ip -n {ServerNamespace} link set lo up
            ip -n {ServerNamespace} link set ns0 up
            ip -n {ServerNamespace} address add 10.77.0.2/16 dev ns0
            ip -n {ServerNamespace} address add {MetadataAddress}/32 dev ns0
            """, cancellationToken);
    }

    /// <summary>Plugs the guests into the bridge.</summary>
    public Task PlugGuestAsync(CancellationToken cancellationToken) => PlugAsync([this], cancellationToken);

    /// <summary>Plugs the guests of many networks into their bridges, which must be there.</summary>
    public static Task PlugAsync(IEnumerable<GuestNetwork> networks, CancellationToken cancellationToken) =>
        ScriptAsync(string.Concat(networks.Select(n => n.PlugScript())), cancellationToken);

    /// <summary>One GET from the guest: status and body; status 0 when there was no answer.</summary>
    public Task<(int Status, string Body)> GetAsync(string url, CancellationToken cancellationToken) => Curl.GetAsync(["ip", "netns", "exec", GuestNamespace], url, cancellationToken);

    // A new connection for every request needs more ports than the default range has.
    private string PlugScript()
    {
        var addresses = new StringBuilder();
        foreach (var guest in Plugged ?? [.. Enumerable.Range(0, Guests + 1)]) addresses.Append(CultureInfo.InvariantCulture, $"address add {AddressOf(guest)}/16 dev eth0\n");
        return $"""
            ip -batch - <<BATCH
            netns add {GuestNamespace}
            link add {GuestLink} type veth peer name eth0 netns {GuestNamespace}
            link set {GuestLink} master {Bridge} up
            BATCH
            ip -n {GuestNamespace} -batch - <<BATCH
            link set lo up
            link set eth0 address {MacOf(0)} up
            {addresses}route add {MetadataAddress}/32 dev eth0
            BATCH
            ip netns exec {GuestNamespace} sh -c 'echo 1024 65535 >/proc/sys/net/ipv4/ip_local_port_range; echo 1 >/proc/sys/net/ipv4/tcp_tw_reuse'

            """;
    }

    // What is not there needs no removing.
    private static Task BatchAsync(IEnumerable<string> lines) => ScriptAsync($"ip -force -batch - 2>/dev/null <<BATCH || true\n{string.Join('\n', lines)}\nBATCH\n", CancellationToken.None);

    private static async Task ScriptAsync(string script, CancellationToken cancellationToken)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script, cancellationToken);
            await Command.RunAsync(["sh", "-e", file], cancellationToken);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Task<(int Code, string Output, string Complaint)> QuietAsync(params string[] command) =>
        Command.TryAsync(command, CancellationToken.None);

    private static async Task RemoveNamespaceAsync(string name)
    {
        var (code, pids, _) = await Command.TryAsync(["ip", "netns", "pids", name], CancellationToken.None);
        if (code != 0)
        {
            return;
        }

        // The namespace is this run's own, so what still runs in it is as well.
        foreach (var pid in pids.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await QuietAsync("kill", "-KILL", pid);
        }

        await QuietAsync("ip", "netns", "delete", name);
    }
}
