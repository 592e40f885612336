using System.Text.Json;
using System.Xml.Linq;
using Firstlight.Plumbing.Attach;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary>Guests of a lab that take what is their neighbour's, and ask for its metadata. Real namespaces, real dnsmasq, the whole path to the documents.</summary>
public sealed class AntiSpoofingTests(AntiSpoofingTests.TwoNeighbours lab) : IClassFixture<AntiSpoofingTests.TwoNeighbours>
{
    private const string MetaData = "/openstack/latest/meta_data.json";

    [Fact]
    public async Task Neighbours_are_each_told_their_own_by_both_families()
    {
        foreach (var guest in (string[])["finch", "cuckoo"])
        {
            Assert.Equal(guest, NameIn(await lab.AskAsync(guest, null, "http://169.254.169.254")));
            Assert.Equal(guest, NameIn(await lab.AskAsync(guest, null, "http://[fe80::a9fe:a9fe%eth0]")));
        }
    }

    [Fact]
    public async Task A_neighbours_address_reads_no_metadata()
    {
        await lab.IpAsync("cuckoo", "addr", "add", "10.20.0.10/24", "dev", "eth0");
        await lab.IpAsync("cuckoo", "addr", "add", $"{TwoNeighbours.FinchLinkLocal}/64", "dev", "eth0", "nodad");
        try
        {
            Assert.Equal("", (await lab.AskAsync("cuckoo", "10.20.0.10", "http://169.254.169.254", seconds: 3)).Output);
            Assert.Equal("", (await lab.AskAsync("cuckoo", TwoNeighbours.FinchLinkLocal, "http://[fe80::a9fe:a9fe%eth0]", seconds: 3)).Output);
            Assert.Equal("finch", NameIn(await lab.AskAsync("finch", null, "http://169.254.169.254")));
            Assert.Equal("cuckoo", NameIn(await lab.AskAsync("cuckoo", "10.20.0.11", "http://169.254.169.254")));
        }
        finally
        {
            await lab.IpAsync("cuckoo", "addr", "del", "10.20.0.10/24", "dev", "eth0");
            await lab.IpAsync("cuckoo", "addr", "del", $"{TwoNeighbours.FinchLinkLocal}/64", "dev", "eth0");
        }
    }

    [Fact]
    public async Task A_neighbours_mac_reads_no_metadata_and_the_neighbour_is_served_meanwhile()
    {
        await lab.IpAsync("cuckoo", "link", "set", "eth0", "address", TwoNeighbours.FinchMac);
        await lab.IpAsync("cuckoo", "addr", "add", "10.20.0.10/24", "dev", "eth0");
        await lab.IpAsync("cuckoo", "addr", "add", $"{TwoNeighbours.FinchLinkLocal}/64", "dev", "eth0", "nodad");
        try
        {
            Assert.Equal("", (await lab.AskAsync("cuckoo", "10.20.0.10", "http://169.254.169.254", seconds: 3)).Output);
            Assert.Equal("", (await lab.AskAsync("cuckoo", TwoNeighbours.FinchLinkLocal, "http://[fe80::a9fe:a9fe%eth0]", seconds: 3)).Output);
            Assert.Equal("finch", NameIn(await lab.AskAsync("finch", null, "http://169.254.169.254")));
            Assert.Equal("finch", NameIn(await lab.AskAsync("finch", null, "http://[fe80::a9fe:a9fe%eth0]")));
        }
        finally
        {
            await lab.IpAsync("cuckoo", "addr", "del", "10.20.0.10/24", "dev", "eth0");
            await lab.IpAsync("cuckoo", "addr", "del", $"{TwoNeighbours.FinchLinkLocal}/64", "dev", "eth0");
            await lab.IpAsync("cuckoo", "link", "set", "eth0", "address", TwoNeighbours.CuckooMac);
        }
    }

    [Fact]
    public async Task Rules_that_someone_removed_stand_again_within_seconds_and_nobody_need_tell_the_agent()
    {
        Assert.StartsWith("guarded: ", await lab.GuardAsync("finch-eth0"), StringComparison.Ordinal);
        var rules = (await Run.ProgramAsync("nft", "list", "chain", "bridge", lab.Table, "guest_arp")).Output;
        Assert.Contains("accept", rules, StringComparison.Ordinal);

        var removed = await Run.ProgramAsync("nft", "flush", "chain", "bridge", lab.Table, "guest_arp");
        Assert.True(removed.ExitCode == 0, removed.ToString());

        await Eventually.TrueAsync(async () => (await Run.ProgramAsync("nft", "list", "chain", "bridge", lab.Table, "guest_arp")).Output == rules, "the rules stand again");
        Assert.StartsWith("guarded: ", await lab.GuardAsync("finch-eth0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tap_for_a_virtual_machine_is_made_told_and_taken_away()
    {
        var created = await lab.FirstlightAsync("port", "create", "wagtail-eth0", "--network", "aviary", "-o", "json");
        var id = JsonDocument.Parse(created).RootElement.GetProperty("id").GetString()!;
        var tap = "tap" + id[..11];

        // Nobody is told: the agent hears of the port by itself, and attach waits for its guard.
        var attached = JsonDocument.Parse(await lab.FirstlightAsync("port", "attach", "wagtail-eth0", "-o", "json")).RootElement;
        Assert.Equal(tap, attached.GetProperty("device").GetString());
        Assert.StartsWith("guarded: ", attached.GetProperty("guard").GetString(), StringComparison.Ordinal);
        Assert.True(Directory.Exists($"/sys/class/net/{attached.GetProperty("bridge").GetString()}/brif/{tap}"));
        var mac = attached.GetProperty("mac_address").GetString();

        var ethernet = XElement.Parse(await lab.FirstlightAsync("port", "attach", "wagtail-eth0", "-o", "xml"));
        Assert.Equal(("ethernet", mac, tap, "no"), (
            ethernet.Attribute("type")!.Value, ethernet.Element("mac")!.Attribute("address")!.Value,
            ethernet.Element("target")!.Attribute("dev")!.Value, ethernet.Element("target")!.Attribute("managed")!.Value));
        var bridge = XElement.Parse(await lab.FirstlightAsync("port", "attach", "wagtail-eth0", "--libvirt"));
        Assert.Equal(("bridge", "brq" + attached.GetProperty("bridge").GetString()![3..], tap), (
            bridge.Attribute("type")!.Value, bridge.Element("source")!.Attribute("bridge")!.Value, bridge.Element("target")!.Attribute("dev")!.Value));
        Assert.Equal(
            $"-netdev tap,id={tap},ifname={tap},script=no,downscript=no -device virtio-net-pci,netdev={tap},mac={mac},host_mtu=1500",
            (await lab.FirstlightAsync("port", "attach", "wagtail-eth0", "-o", "qemu")).Trim());

        await lab.FirstlightAsync("port", "delete", "wagtail-eth0");
        Assert.Equal($"{tap} is gone", (await lab.FirstlightAsync("port", "detach", id)).Trim());
    }

    private static string? NameIn(Ended ended)
    {
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return JsonDocument.Parse(ended.Output).RootElement.GetProperty("name").GetString();
    }

    /// <summary>A lab of one network of both families and two guests.</summary>
    public sealed class TwoNeighbours : IAsyncLifetime
    {
        public const string FinchMac = "fa:16:3e:20:00:10";
        public const string CuckooMac = "fa:16:3e:20:00:11";
        public const string FinchLinkLocal = "fe80::f816:3eff:fe20:10";

        private readonly string _id = Guid.NewGuid().ToString("N")[..6];

        private string StatePath => $"/run/firstlight-test-{_id}";

        internal string Table => GuestAttachment.GuardTable(StatePath);

        public async ValueTask InitializeAsync()
        {
            if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("system tests make network namespaces: run them as root");
            var cloud = Path.Combine(Path.GetTempPath(), $"firstlight-test-{_id}.yaml");
            await File.WriteAllTextAsync(cloud, $$"""
                networks:
                  - name: aviary
                    project: aviary
                    subnets:
                      - {name: aviary-v4, cidr: 10.20.0.0/24, gateway: none}
                      - {name: aviary-v6, cidr: "fd20::/64", gateway: none, ipv6_address_mode: slaac}
                servers:
                  - {name: finch, project: aviary, ports: [{name: finch-eth0, network: aviary, mac: "{{FinchMac}}", fixed_ips: [10.20.0.10, {subnet: aviary-v6}]}]}
                  - {name: cuckoo, project: aviary, ports: [{name: cuckoo-eth0, network: aviary, mac: "{{CuckooMac}}", fixed_ips: [10.20.0.11, {subnet: aviary-v6}]}]}
                """);
            try
            {
                var up = await Run.FirstlightAsync(
                    "lab", "up", "--state-path", StatePath, "--guest-prefix", $"t{_id}-", "--management", $"127.0.0.1:{FreePort.Take()}", "--api-port", $"{FreePort.Take()}", "--cloud", cloud);
                if (up.ExitCode != 0) throw new InvalidOperationException($"lab up: {up}");
            }
            catch
            {
                await DisposeAsync();
                throw;
            }
            finally
            {
                File.Delete(cloud);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Run.FirstlightAsync("lab", "down", "--state-path", StatePath);
            Assert.DoesNotContain(Table, (await Run.ProgramAsync("nft", "list", "tables", "bridge")).Output, StringComparison.Ordinal);
        }

        internal Task<Ended> AskAsync(string guest, string? from, string url, int seconds = 15) => Run.InNamespaceAsync(
            $"t{_id}-{guest}", ["curl", "-gsS", "--noproxy", "*", "--max-time", $"{seconds}", .. from is null ? Array.Empty<string>() : ["--interface", $"host!{from}"], url + MetaData]);

        internal async Task<string> FirstlightAsync(params string[] arguments)
        {
            var ended = await Run.FirstlightAsync([.. arguments, "--state-path", StatePath]);
            Assert.True(ended.ExitCode == 0, ended.ToString());
            return ended.Output;
        }

        internal async Task IpAsync(string guest, params string[] arguments)
        {
            var ended = await Run.ProgramAsync("ip", ["-n", $"t{_id}-{guest}", .. arguments]);
            Assert.True(ended.ExitCode == 0, ended.ToString());
        }

        internal async Task<string> GuardAsync(string port)
        {
            var show = await Run.FirstlightAsync("port", "show", port, "-o", "json", "--state-path", StatePath);
            Assert.True(show.ExitCode == 0, show.ToString());
            return JsonDocument.Parse(show.Output).RootElement.GetProperty("guard").GetString()!;
        }

        internal async Task ApplyAsync(string yaml)
        {
            var file = Path.Combine(StatePath, "more.yaml");
            await File.WriteAllTextAsync(file, yaml);
            var apply = await Run.FirstlightAsync("apply", file, "--state-path", StatePath);
            Assert.True(apply.ExitCode == 0, apply.ToString());
        }
    }
}
