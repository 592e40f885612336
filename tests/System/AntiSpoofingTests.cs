using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using Firstlight.Inventory.Own;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary>Guests of a lab that take what is their neighbour's, and ask for its metadata. Real namespaces, real dnsmasq, the whole path to the documents.</summary>
public sealed class AntiSpoofingTests(AntiSpoofingTests.TwoNeighbours lab) : IClassFixture<AntiSpoofingTests.TwoNeighbours>
{
    private const string MetaData = "/openstack/latest/meta_data.json";

    public static TheoryData<string> Networks => [.. TwoNeighbours.Networks.Keys];

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task Neighbours_are_each_told_their_own_from_every_address_they_have(string network)
    {
        foreach (var guest in TwoNeighbours.Networks[network].Present)
        {
            foreach (var (from, to) in guest.Questions) Assert.Equal(guest.Name, NameIn(await lab.AskAsync(guest.Name, from, to)));
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task A_neighbours_address_reads_no_metadata(string network)
    {
        var (victim, thief) = (TwoNeighbours.Networks[network].Victim, TwoNeighbours.Networks[network].Thief);
        await lab.TakeAddressesAsync(thief.Name, victim);
        try
        {
            foreach (var (from, to) in victim.Questions) Assert.Null(await lab.AskAsync(thief.Name, from, to, seconds: 3));
            foreach (var (from, to) in victim.Questions) Assert.Equal(victim.Name, NameIn(await lab.AskAsync(victim.Name, from, to)));
            foreach (var (from, to) in thief.Questions) Assert.Equal(thief.Name, NameIn(await lab.AskAsync(thief.Name, from, to)));
        }
        finally
        {
            await lab.GiveBackAddressesAsync(thief.Name, victim);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task A_neighbours_mac_reads_no_metadata_and_the_neighbour_is_served_meanwhile(string network)
    {
        var (victim, thief) = (TwoNeighbours.Networks[network].Victim, TwoNeighbours.Networks[network].Thief);
        await lab.IpAsync(thief.Name, "link", "set", "eth0", "address", victim.Mac);
        await lab.TakeAddressesAsync(thief.Name, victim);
        try
        {
            foreach (var (from, to) in victim.Questions.Concat(thief.Questions)) Assert.Null(await lab.AskAsync(thief.Name, from, to, seconds: 2));
            foreach (var (from, to) in victim.Questions) Assert.Equal(victim.Name, NameIn(await lab.AskAsync(victim.Name, from, to)));
        }
        finally
        {
            await lab.GiveBackAddressesAsync(thief.Name, victim);
            await lab.IpAsync(thief.Name, "link", "set", "eth0", "address", thief.Mac);
        }
    }

    // What the guard is for: the same theft by one whom it does not hold, of what is a guest's that is switched off.
    [Theory]
    [MemberData(nameof(Networks))]
    public async Task Without_the_guard_each_of_these_would_read_the_neighbours_metadata(string network)
    {
        var (absent, unheld) = (TwoNeighbours.Networks[network].Absent, TwoNeighbours.Networks[network].Unheld);
        await lab.IpAsync(absent.Name, "link", "set", "eth0", "down");
        foreach (var mac in (string[])[unheld.Mac, absent.Mac])
        {
            await lab.IpAsync(unheld.Name, "link", "set", "eth0", "address", mac);
            await lab.TakeAddressesAsync(unheld.Name, absent);
            foreach (var (from, to) in absent.Questions)
            {
                await lab.ForgetNeighboursAsync(unheld.Name);
                var answer = await lab.AskAsync(unheld.Name, from, to);
                Assert.True(answer is not null, $"{unheld.Name} with MAC {mac} hears nothing at {from}");
                Assert.Equal(absent.Name, NameIn(answer));
            }

            await lab.GiveBackAddressesAsync(unheld.Name, absent);
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

    private static string? NameIn(string? answer)
    {
        Assert.NotNull(answer);
        return JsonDocument.Parse(answer).RootElement.GetProperty("name").GetString();
    }

    /// <summary>A guest that has neighbours.</summary>
    /// <param name="Name">Server and guest.</param>
    /// <param name="Mac">MAC of its port, as it is allotted.</param>
    /// <param name="V4">IPv4 address.</param>
    /// <param name="Prefix">Prefix of its IPv6 address.</param>
    public sealed record Neighbour(string Name, string Mac, string V4, string Prefix)
    {
        /// <summary>Its link-local address.</summary>
        public string LinkLocal => $"fe80::{InterfaceId}";

        /// <summary>Its global IPv6 address.</summary>
        public string Global => $"{Prefix}{InterfaceId}";

        /// <summary>Each address it may ask from, and whom it asks then.</summary>
        public (string From, string To)[] Questions => [(V4, "169.254.169.254"), (LinkLocal, "fe80::a9fe:a9fe"), (Global, "fe80::a9fe:a9fe")];

        // RFC 4291, appendix A, of fa:16:3e:20:00:NN.
        private string InterfaceId => $"f816:3eff:fe20:{Mac[^2..].TrimStart('0')}";
    }

    /// <summary>The guests of one network.</summary>
    /// <param name="Victim">Whose things are taken.</param>
    /// <param name="Thief">Who takes them, and is held by the guard.</param>
    /// <param name="Unheld">Whose port security is off.</param>
    /// <param name="Absent">One that is switched off.</param>
    public sealed record Neighbours(Neighbour Victim, Neighbour Thief, Neighbour Unheld, Neighbour Absent)
    {
        /// <summary>Those that are there.</summary>
        public Neighbour[] Present => [Victim, Thief, Unheld];
    }

    /// <summary>A lab of two networks of both families, one isolated and one behind a router.</summary>
    public sealed class TwoNeighbours : IAsyncLifetime
    {
        internal static readonly Dictionary<string, Neighbours> Networks = new(StringComparer.Ordinal)
        {
            ["aviary"] = new(Of("finch", "10", 20), Of("cuckoo", "11", 20), Of("magpie", "12", 20), Of("dodo", "13", 20)),
            ["rookery"] = new(Of("rook", "20", 21), Of("jackdaw", "21", 21), Of("raven", "22", 21), Of("moa", "23", 21)),
        };

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
                  - name: rookery
                    project: aviary
                    subnets:
                      - {name: rookery-v4, cidr: 10.21.0.0/24}
                      - {name: rookery-v6, cidr: "fd21::/64", ipv6_address_mode: slaac, ipv6_ra_mode: slaac}
                routers:
                  - {name: roost, project: aviary, interfaces: [rookery-v4, rookery-v6]}
                servers:
                {{string.Join('\n', Networks.SelectMany(n => ((Neighbour[])[.. n.Value.Present, n.Value.Absent]).Select(g => Server(n.Key, g, g != n.Value.Unheld))))}}
                """);
            try
            {
                var up = await Run.FirstlightAsync(
                    "lab", "up", "--state-path", StatePath, "--guest-prefix", $"t{_id}-", "--management", $"127.0.0.1:{FreePort.Take()}", "--api-port", $"{FreePort.Take()}", "--cloud", cloud);
                if (up.ExitCode != 0) throw new InvalidOperationException($"lab up: {up}");

                // Nobody advertises a prefix on an isolated network: such guests set their addresses themselves.
                foreach (var guest in Networks["aviary"].Present) await IpAsync(guest.Name, "addr", "add", $"{guest.Global}/64", "dev", "eth0", "nodad");
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

        private static Neighbour Of(string name, string number, int network) => new(name, $"fa:16:3e:20:00:{number}", $"10.{network}.0.{number}", $"fd{network}::");

        private static string Server(string network, Neighbour guest, bool isHeld) =>
            $$"""  - {name: {{guest.Name}}, project: aviary, ports: [{name: {{guest.Name}}-eth0, network: {{network}}, mac: "{{guest.Mac}}", port_security: {{(isHeld ? "true" : "false")}}, fixed_ips: [{{guest.V4}}, {subnet: {{network}}-v6}]}]}""";

        /// <summary>A guest takes what is another's, besides its own.</summary>
        internal async Task TakeAddressesAsync(string guest, Neighbour from)
        {
            await IpAsync(guest, "addr", "add", $"{from.V4}/24", "dev", "eth0");
            foreach (var address in (string[])[from.LinkLocal, from.Global]) await IpAsync(guest, "addr", "add", $"{address}/64", "dev", "eth0", "nodad");

            // It says aloud where it is now: a neighbour heard within the last second is not unlearned else.
            await Run.InNamespaceAsync($"t{_id}-{guest}", "busybox", "arping", "-U", "-c", "1", "-I", "eth0", "-s", from.V4, from.V4);
        }

        internal async Task GiveBackAddressesAsync(string guest, Neighbour to)
        {
            await IpAsync(guest, "addr", "del", $"{to.V4}/24", "dev", "eth0");
            foreach (var address in (string[])[to.LinkLocal, to.Global]) await IpAsync(guest, "addr", "del", $"{address}/64", "dev", "eth0");
        }

        /// <summary>As after a while: a guest, and all whom it may ask, have forgotten who is where.</summary>
        internal async Task ForgetNeighboursAsync(string guest)
        {
            await IpAsync(guest, "neigh", "flush", "dev", "eth0");
            using var inventory = OwnInventory.Open(Path.Combine(StatePath, "inventory.sqlite"));
            var cloud = inventory.Read();
            foreach (var name in cloud.Networks.Keys.Select(DeviceNames.DhcpNamespace).Concat(cloud.Routers.Keys.Select(DeviceNames.RouterNamespace)))
                await Run.ProgramAsync("ip", "-n", name, "neigh", "flush", "all");
        }

        internal Task<string?> AskAsync(string guest, string from, string to, int seconds = 15) =>
            GuestSocket.AskAsync($"t{_id}-{guest}", IPAddress.Parse(from), IPAddress.Parse(to), MetaData, TimeSpan.FromSeconds(seconds));

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
