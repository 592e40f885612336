using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Nftables;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Tests.Nftables;

public sealed class PortGuardTests
{
    private const string Table = "firstlight_00000000";

    [Fact]
    public async Task What_is_rendered_is_read_back_from_the_kernel_to_the_last_element()
    {
        var port = Port("11111111-1111-4111-8111-111111111111", "10.0.0.5", "fd00::5", "::1", "::ffff:1.2.3.4") with
        {
            Pairs =
            [
                new(IPNetwork.Parse("10.1.0.0/16"), null), new(IPNetwork.Parse("10.1.2.0/24"), null), new(IPNetwork.Parse("10.9.9.9/32"), PhysicalAddress.Parse("00005e000101")),
                new(IPNetwork.Parse("fd01::/64"), null), new(IPNetwork.Parse("fd02::1/128"), null),
            ],
        };
        var open = Port("22222222-2222-4222-8222-222222222222") with
        {
            Trust = PortTrust.Unguarded,
        };
        var all = Port("33333333-3333-4333-8333-333333333333") with { Pairs = [new(IPNetwork.Parse("0.0.0.0/0"), null), new(IPNetwork.Parse("::/0"), null)] };
        var wanted = PortGuardElements.Of(new HashSet<string> { "brq11111111-11" }, [port, open, all]).With(["vnet7"]);

        await using var rules = await RulesAsync(PortGuardRuleset.Render(Table, wanted));
        var read = rules.Read();

        Assert.NotNull(read);
        foreach (var set in GuardElement.Sets) Assert.Equal(wanted[set].Order(StringComparer.Ordinal), read[set].Order(StringComparer.Ordinal));
        Assert.Equal("", PortGuardRuleset.Delta(Table, read, wanted));
        Assert.Equal(PortGuardRuleset.Parts, rules.List()!.Parts);
    }

    [Fact]
    public async Task All_of_many_ports_is_read_and_taken_away_again()
    {
        // More than one datagram holds, so that a dump goes on where it ended.
        WantedPort[] ports = [.. Enumerable.Range(0, 2000).Select(i => Port($"{i:x8}-1111-4111-8111-111111111111", $"10.0.{i / 250}.{(i % 250) + 1}", $"fd00::{i:x}"))];
        var (all, half) = (PortGuardElements.Of(new HashSet<string>(), ports), PortGuardElements.Of(new HashSet<string>(), ports[1000..]));
        await using var rules = await RulesAsync(PortGuardRuleset.Render(Table, all));

        Assert.Equal("", PortGuardRuleset.Delta(Table, rules.Read()!, all));
        await rules.NftAsync(PortGuardRuleset.Delta(Table, all, half), "-f", "-");

        Assert.Equal("", PortGuardRuleset.Delta(Table, rules.Read()!, half));
        Assert.Equal("", PortGuardRuleset.Delta(Table, half, rules.Read()!));
    }

    [Fact]
    public async Task What_someone_else_put_into_a_set_is_taken_out_again_or_makes_the_table_anew()
    {
        var wanted = PortGuardElements.Of(new HashSet<string>(), [Port("11111111-1111-4111-8111-111111111111", "10.0.0.5")]);
        await using var rules = await RulesAsync(PortGuardRuleset.Render(Table, wanted));

        await rules.NftAsync($"add element bridge {Table} pair_ip4 {{ \"tap11111111-11\" . fa:16:3e:00:00:05 . 10.7.0.3-10.7.0.200 }}\nadd element bridge {Table} port_devices {{ \"vnet3\" comment \"mine\" : accept }}", "-f", "-");
        var delta = PortGuardRuleset.Delta(Table, rules.Read()!, wanted);
        Assert.Equal(
            $"delete element bridge {Table} port_devices {{ \"vnet3\" }}\ndelete element bridge {Table} pair_ip4 {{ \"tap11111111-11\" . fa:16:3e:00:00:05 . 10.7.0.3-10.7.0.200 }}\n", delta);
        await rules.NftAsync(delta, "-f", "-");
        Assert.Equal("", PortGuardRuleset.Delta(Table, rules.Read()!, wanted));

        await rules.NftAsync($"add element bridge {Table} port_devices {{ \"vnet3\" : jump guest }}", "-f", "-");
        Assert.Throws<FormatException>(rules.Read);
        await rules.NftAsync("", "delete", "table", "bridge", Table);
        Assert.Null(rules.Read());
    }

    [Theory]
    [InlineData("add rule bridge {0} guest_arp accept")]
    [InlineData("insert rule bridge {0} cross accept")]
    [InlineData("flush chain bridge {0} screen")]
    [InlineData("add chain bridge {0} another")]
    [InlineData("add set bridge {0} another {{ type ifname; }}")]
    [InlineData("add chain bridge {0} enter {{ type filter hook prerouting priority -300; policy drop; }}")]
    [InlineData("add table bridge {0} {{ flags dormant; }}")]
    [InlineData("add chain bridge {0} unknown_in; delete rule bridge {0} unknown_in handle {1}")]
    [InlineData("replace rule bridge {0} guest handle {2} ether type vmap {{ arp : goto guest_arp, ip : accept, ip6 : goto guest_ip6_source }}")]
    public async Task Whatever_of_the_rules_was_changed_is_seen(string change)
    {
        var wanted = PortGuardElements.Of(new HashSet<string>(), [Port("11111111-1111-4111-8111-111111111111", "10.0.0.5")]);
        await using var rules = await RulesAsync(PortGuardRuleset.Render(Table, wanted));
        var made = rules.List();
        var handles = await rules.NftAsync("", "-a", "list", "table", "bridge", Table);

        await rules.NftAsync(string.Format(CultureInfo.InvariantCulture, change, Table, HandleOf("iifname \"tap*\" drop"), HandleOf("ether type vmap")), "-f", "-");

        Assert.NotEqual(made, rules.List());

        string HandleOf(string rule) => handles.Split('\n').First(l => l.Contains(rule, StringComparison.Ordinal)).Split(' ')[^1];
    }

    [Fact]
    public async Task What_is_told_of_the_rules_is_the_same_each_time_they_are_made_and_however_full_their_sets_are()
    {
        var (few, many) = (PortGuardElements.Of(new HashSet<string>(), [Port("11111111-1111-4111-8111-111111111111", "10.0.0.5")]), PortGuardElements.Of(
            new HashSet<string>(), Enumerable.Range(0, 300).Select(i => Port($"{i:x8}-1111-4111-8111-111111111111", $"10.0.1.{i % 250}"))));
        await using var rules = await RulesAsync(PortGuardRuleset.Render(Table, few));
        var made = rules.List();
        Assert.NotNull(made);

        await rules.NftAsync("add table bridge other; add chain bridge other one; add rule bridge other one accept; add set bridge other two { type ifname; }", "-f", "-");
        Assert.Equal(made, rules.List());
        await rules.NftAsync(PortGuardRuleset.Delta(Table, few, many), "-f", "-");
        Assert.Equal(made, rules.List());
        for (var round = 0; round < 3; round++)
        {
            await rules.NftAsync(PortGuardRuleset.Render(Table, many), "-f", "-");
            Assert.Equal(made, rules.List());
        }
    }

    [Fact]
    public void Bytes_that_are_no_elements_are_refused_and_nothing_else()
    {
        // A listing of one element, as the kernel sends it: a port, its MAC, an IPv4 range.
        var listing = Convert.FromHexString(
            "07000000" + "50000300" + "4c000100" + "24000100" + "20000100" + "74617031000000000000000000000000" + "fa163e0000010000" + "0a000000"
            + "24000a00" + "20000100" + "74617031000000000000000000000000" + "fa163e0000010000" + "0a0000ff");
        var whole = new List<(Bits128, GuardElement)>();
        GuardReader.AddElements(whole, GuardSet.PairIp4, listing);
        Assert.Equal("\"tap1\" . fa:16:3e:00:00:01 . 10.0.0.0-10.0.0.255", Assert.Single(whole).Item2.Key("tap1"));

        var random = new Random(7);
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = listing[..(random.Next(4) == 0 ? random.Next(listing.Length + 1) : listing.Length)];
            for (var flips = random.Next(5); flips > 0 && bytes.Length > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                GuardReader.AddElements([], (GuardSet)random.Next(GuardElement.Sets.Length), bytes);
            }
            catch (FormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 20_000);
    }

    [Fact]
    public void What_is_taken_over_of_ports_that_are_as_before_is_what_would_be_made_anew()
    {
        WantedPort[] ports = [.. Enumerable.Range(1, 9).Select(i => Port($"{i:d8}-1111-4111-8111-111111111111", $"10.0.1.{i}"))];
        var former = PortGuardElements.Of(new HashSet<string>(), ports);
        WantedPort[] next = [.. ports[1..], ports[0] with { Addresses = [IPAddress.Parse("10.0.1.99")] }, Port("ffffffff-1111-4111-8111-111111111111", "10.0.2.9")];

        var (takenOver, anew) = (PortGuardElements.Of(new HashSet<string>(), next, former).With(["vnet7"]), PortGuardElements.Of(new HashSet<string>(), next).With(["vnet7"]));

        Assert.All(GuardElement.Sets, set => Assert.Equal(anew[set].Order(StringComparer.Ordinal), takenOver[set].Order(StringComparer.Ordinal)));
        Assert.Contains(takenOver[GuardSet.GuestIp4], e => e.EndsWith(" 10.0.1.99", StringComparison.Ordinal));
        Assert.DoesNotContain(takenOver[GuardSet.GuestIp4], e => e.EndsWith(" 10.0.1.1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_difference_leads_from_what_there_is_to_what_is_wanted_whatever_was_taken_over(int seed)
    {
        // Of few ports on two networks, some of which have one device name: all kinds of meetings come up.
        var random = new Random(seed);
        var held = PortGuardElements.Of(new HashSet<string>(), []);
        var kernel = GuardElement.Sets.ToDictionary(s => s, _ => new HashSet<string>());
        WantedPort[] ports = [];
        for (var step = 0; step < 300; step++)
        {
            ports = [.. ports.Where(_ => random.Next(5) > 0), .. Enumerable.Range(0, random.Next(3)).Select(_ => AnyPort())];
            ports = [.. ports.DistinctBy(p => p.Id)];
            var bridges = new[] { "brq11111111-11", "brq22222222-22" }.Where(_ => random.Next(4) > 0).ToHashSet();
            string[] strangers = random.Next(3) > 0 ? [] : ["vnet7"];

            var next = PortGuardElements.Of(bridges, ports, held).With(strangers);
            Take(PortGuardRuleset.Delta(Table, held, next));

            var anew = PortGuardElements.Of(bridges, ports).With(strangers);
            Assert.All(GuardElement.Sets, set => Assert.Equal(anew[set].Order(StringComparer.Ordinal), kernel[set].Order(StringComparer.Ordinal)));
            held = next;
        }

        WantedPort AnyPort() => Port($"{random.Next(1, 4):d8}-1{random.Next(2)}11-4111-8111-11111111111{random.Next(2)}", $"10.0.0.{random.Next(2, 9)}") with
        {
            Trust = (PortTrust)random.Next(3),
            NetworkId = random.Next(2) == 0 ? "11111111-1111-4111-8111-000000000000" : "22222222-2222-4222-8222-000000000000",
            Pairs = random.Next(2) == 0 ? [] : [new(IPNetwork.Parse("10.1.0.0/16"), null)],
        };

        // As nft does: what is deleted is there, what is added is not.
        void Take(string delta)
        {
            foreach (var line in delta.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var (verb, set) = (line.Split(' ')[0], GuardElement.Sets.Single(s => GuardElement.NameOf(s) == line.Split(' ')[4]));
                foreach (var element in line[(line.IndexOf('{', StringComparison.Ordinal) + 2)..^2].Split(", "))
                {
                    if (verb is "add") Assert.True(kernel[set].Add(element), line);
                    else Assert.Equal(1, kernel[set].RemoveWhere(e => e.Split(" : ")[0] == element));
                }
            }
        }
    }

    [Fact]
    public void One_port_more_is_a_few_elements_more_and_nothing_else()
    {
        var many = Enumerable.Range(0, 50).Select(i => Port($"{i:x8}-1111-4111-8111-111111111111", $"10.0.1.{i}") with { Mac = new PhysicalAddress([0xfa, 0x16, 0x3e, 0, 1, (byte)i]) }).ToList();
        var before = PortGuardElements.Of(new HashSet<string>(), many);
        var after = PortGuardElements.Of(new HashSet<string>(), [.. many, Port("ffffffff-1111-4111-8111-111111111111", "10.0.2.9")]);

        var delta = PortGuardRuleset.Delta(Table, before, after).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(6, delta.Length);
        Assert.All(delta, line => Assert.StartsWith("add element bridge", line, StringComparison.Ordinal));
        Assert.All(delta, line => Assert.Contains("\"tapffffffff-11\"", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_that_loses_its_security_changes_over_in_one_transaction()
    {
        var port = Port("11111111-1111-4111-8111-111111111111", "10.0.0.5");
        var guarded = PortGuardElements.Of(new HashSet<string>(), [port]);
        var open = PortGuardElements.Of(new HashSet<string>(), [port with { Trust = PortTrust.Unguarded }]);

        await using var rules = await RulesAsync(PortGuardRuleset.Render(Table, guarded));
        await rules.NftAsync(PortGuardRuleset.Delta(Table, guarded, open), "-f", "-");

        Assert.Equal("\"tap11111111-11\" : accept", Assert.Single(rules.Read()![GuardSet.PortDevices]));
        Assert.Empty(rules.Read()![GuardSet.GuestIp4]);
    }

    [Fact]
    public void Two_ports_of_one_device_name_are_both_shut_off()
    {
        var elements = PortGuardElements.Of(
            new HashSet<string>(), [Port("11111111-1111-4111-8111-111111111111", "10.0.0.5"), Port("11111111-1122-4111-8111-111111111111", "10.0.0.6")]);

        Assert.Equal("\"tap11111111-11\" : drop", Assert.Single(elements[GuardSet.PortDevices]));
        Assert.Empty(elements[GuardSet.GuestMac]);
    }

    [Fact]
    public void The_generation_of_the_rules_is_read_from_the_kernel()
    {
        Assert.NotNull(NftGeneration.Read());
        const ushort Type = (10 << 8) | NftNetlink.NFT_MSG_NEWGEN;
        Assert.Null(NftGeneration.Parse(Type, [1, 2, 3]));
        Assert.Equal(7u, NftGeneration.Parse(Type, [0, 0, 0, 0, 8, 0, 1, 0, 0, 0, 0, 7]));
        Assert.Null(NftGeneration.Parse(Type, [0, 0, 0, 0, 9, 0, 1, 0, 0, 0, 0, 7]));
    }

    private static WantedPort Port(string id, params string[] addresses) => new()
    {
        Id = id,
        NetworkId = id,
        Mac = PhysicalAddress.Parse("fa163e000005"),
        Addresses = [.. addresses.Select(IPAddress.Parse)],
    };

    private static async Task<Rules> RulesAsync(string ruleset)
    {
        var rules = new Rules($"flrules-{Guid.NewGuid().ToString("N")[..8]}");
        try
        {
            await rules.RunAsync("ip", "netns", "add", rules.Namespace);
            await rules.NftAsync(ruleset, "-f", "-");
            return rules;
        }
        catch
        {
            await rules.DisposeAsync();
            throw;
        }
    }

    // The rules of a network namespace that is nobody's.
    private sealed class Rules(string name) : IAsyncDisposable
    {
        private readonly ProcessRunner _runner = new(TimeSpan.FromSeconds(30), TimeProvider.System);

        public string Namespace => name;

        public PortGuardElements? Read()
        {
            using var sockets = new NamespaceSockets();
            using var rules = sockets.OpenRules(NamespaceList.PathOf(name));
            return GuardReader.Read(rules, Table);
        }

        public TableListing? List()
        {
            using var sockets = new NamespaceSockets();
            using var rules = sockets.OpenRules(NamespaceList.PathOf(name));
            return TableListing.Read(rules, NftNetlink.NFPROTO_BRIDGE, Table);
        }

        public Task<string> NftAsync(string input, params string[] arguments) =>
            _runner.RunAsync(new ProcessCall("test", "ip", ["netns", "exec", name, "nft", .. arguments], input), TestContext.Current.CancellationToken);

        public Task<string> RunAsync(string program, params string[] arguments) =>
            _runner.RunAsync(new ProcessCall("test", program, arguments), TestContext.Current.CancellationToken);

        public async ValueTask DisposeAsync() => await _runner.TryRunAsync(new ProcessCall("test", "ip", ["netns", "del", name]), CancellationToken.None);
    }
}
