using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Nftables;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Tests.Nftables;

public sealed class PortGuardTests
{
    private const string Table = "firstlight_00000000";

    [Fact]
    public async Task What_is_rendered_is_read_back_from_nft_to_the_last_element()
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

        var listing = PortGuardListing.Parse(await NftAsync($"nft -f - && nft -j list table bridge {Table}", PortGuardRuleset.Render(Table, wanted)));

        foreach (var set in PortGuardElements.Sets) Assert.Equal(wanted[set].Order(StringComparer.Ordinal), listing.Elements[set].Order(StringComparer.Ordinal));
        Assert.Equal("", PortGuardRuleset.Delta(Table, listing.Elements, wanted));
    }

    [Fact]
    public void What_is_taken_over_of_ports_that_are_as_before_is_what_would_be_made_anew()
    {
        WantedPort[] ports = [.. Enumerable.Range(1, 9).Select(i => Port($"{i:d8}-1111-4111-8111-111111111111", $"10.0.1.{i}"))];
        var former = PortGuardElements.Of(new HashSet<string>(), ports);
        WantedPort[] next = [.. ports[1..], ports[0] with { Addresses = [IPAddress.Parse("10.0.1.99")] }, Port("ffffffff-1111-4111-8111-111111111111", "10.0.2.9")];

        var (takenOver, anew) = (PortGuardElements.Of(new HashSet<string>(), next, former).With(["vnet7"]), PortGuardElements.Of(new HashSet<string>(), next).With(["vnet7"]));

        Assert.All(PortGuardElements.Sets, set => Assert.Equal(anew[set].Order(StringComparer.Ordinal), takenOver[set].Order(StringComparer.Ordinal)));
        Assert.Contains(takenOver[PortGuardElements.GuestIp4], e => e.EndsWith(" 10.0.1.99", StringComparison.Ordinal));
        Assert.DoesNotContain(takenOver[PortGuardElements.GuestIp4], e => e.EndsWith(" 10.0.1.1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_difference_leads_from_what_there_is_to_what_is_wanted_whatever_was_taken_over(int seed)
    {
        // Of few ports on two networks, some of which have one device name: all kinds of meetings come up.
        var random = new Random(seed);
        var held = PortGuardElements.Of(new HashSet<string>(), []);
        var kernel = PortGuardElements.Sets.ToDictionary(s => s, _ => new HashSet<string>());
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
            Assert.All(PortGuardElements.Sets, set => Assert.Equal(anew[set].Order(StringComparer.Ordinal), kernel[set].Order(StringComparer.Ordinal)));
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
                var (verb, set) = (line.Split(' ')[0], line.Split(' ')[5 - 1]);
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

        var listed = await NftAsync(
            $"nft -f - && printf '%s' \"$DELTA\" | nft -f - && nft -j list table bridge {Table}", PortGuardRuleset.Render(Table, guarded), PortGuardRuleset.Delta(Table, guarded, open));

        Assert.Equal("\"tap11111111-11\" : accept", Assert.Single(PortGuardListing.Parse(listed).Elements[PortGuardElements.PortDevices]));
    }

    [Fact]
    public void Two_ports_of_one_device_name_are_both_shut_off()
    {
        var elements = PortGuardElements.Of(
            new HashSet<string>(), [Port("11111111-1111-4111-8111-111111111111", "10.0.0.5"), Port("11111111-1122-4111-8111-111111111111", "10.0.0.6")]);

        Assert.Equal("\"tap11111111-11\" : drop", Assert.Single(elements[PortGuardElements.PortDevices]));
        Assert.Empty(elements[PortGuardElements.GuestMac]);
    }

    [Fact]
    public void The_generation_of_the_rules_is_read_from_the_kernel()
    {
        Assert.NotNull(NftGeneration.Read());
        const ushort Type = (10 << 8) | NftGeneration.NFT_MSG_NEWGEN;
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

    // In a network namespace that is nobody's and ends with the command.
    private static Task<string> NftAsync(string command, string input, string delta = "") => new ProcessRunner(TimeSpan.FromSeconds(30), TimeProvider.System).RunAsync(
        new ProcessCall("test", "unshare", ["-n", "/usr/bin/env", $"DELTA={delta}", "sh", "-c", command], input), TestContext.Current.CancellationToken);
}
