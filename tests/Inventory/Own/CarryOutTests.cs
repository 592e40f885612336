using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.Own;

/// <summary>Plans carried out on a store of which nothing is in memory: what they do must not depend on how little of it is read.</summary>
public sealed partial class CarryOutTests : IDisposable
{
    private const string NetworkMore = "networks: [{name: more, project: p, subnets: [{name: more-v4, cidr: 10.2.0.0/24}]}]";

    private readonly StoreDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_read_in_part_is_planned_and_stored_as_what_is_read_whole()
    {
        var (stored, refused) = (0, 0);
        using var running = OwnInventory.Open(_directory.File);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(120).WithEndSize(10), Prop.ForAll(Specs.Any.ToArbitrary(), Parts.ToArbitrary(), (spec, part) =>
        {
            var (before, wish) = (running.Read(), part(spec));
            var expected = Told(() => Planner.Apply(before, wish).Items);
            Cloud? expectedCloud = null;
            var told = Told(() => _directory.Fresh(inventory => inventory.CarryOut(cloud =>
            {
                var plan = Planner.Apply(cloud, wish);
                expectedCloud = Filled(plan.Next, cloud, before);
                return plan;
            }).Items));
            _ = expectedCloud is null ? refused++ : stored++;

            // One that has all in memory catches up with it; one that has nothing reads what is on disk.
            var (seen, onDisk) = (running.Read(), _directory.Fresh(inventory => inventory.Read()));
            Assert.Equal(expected, told);
            Assert.True(Same(seen, onDisk), "who has all in memory sees something else than what is on disk");
            Assert.True(Same(Numberless(expectedCloud ?? before), Numberless(onDisk)), "what is on disk is not what was planned");
            Assert.Empty(Rules.CheckAll(Cloud.Empty, onDisk));
        }));
        Assert.True(stored > 40 && refused > 10, $"{stored} plans were carried out and {refused} refused: the property says little");
    }

    [Fact]
    public void Every_kind_of_change_is_stored_whether_its_cloud_was_read_whole_or_in_part()
    {
        _directory.Fresh(inventory => inventory.Change(c => Clouds.Apply(c, CloudEdits.Yaml)));
        var copy = Path.Combine(_directory.Root, "copy.sqlite");
        foreach (var (name, edit) in CloudEdits.All)
        {
            File.Copy(_directory.File, copy, overwrite: true);
            using var inventory = OwnInventory.Open(copy);
            var before = _directory.Fresh(whole => whole.Read());
            Cloud? expected = null;
            inventory.CarryOut(cloud =>
            {
                var next = edit(cloud);
                expected = Filled(next, cloud, before);
                return new Plan(next, []);
            });
            Assert.True(Same(Numberless(expected!), Numberless(inventory.Read())), name);
            Assert.True(inventory.Read().Revision > before.Revision, name);
        }
    }

    [Fact]
    public void A_network_more_needs_no_look_at_ports_servers_and_what_they_have()
    {
        _directory.Fresh(inventory => inventory.Change(c => Clouds.Apply(c, CloudEdits.Yaml)));
        foreach (var damage in (string[])["UPDATE ports SET mac = 'x' || id", "UPDATE servers SET launch_index = 99999999999", "UPDATE floating_ips SET address = 'x'"]) _directory.Execute(damage);

        Assert.Equal(2, _directory.Fresh(inventory => inventory.CarryOut(c => Planner.Apply(c, Clouds.Spec(NetworkMore)))).Revision);
        foreach (var asked in (string[])["servers: [{name: more, project: p}]", "ports: [{name: more, network: blue, project: p}]", "floating_ips: [{network: ext, project: p, address: 203.0.113.9}]"])
            Assert.Throws<InventoryBrokenException>(() => _directory.Fresh(inventory => inventory.CarryOut(c => Planner.Apply(c, Clouds.Spec(asked)))));
    }

    [Fact]
    public void A_cloud_that_was_read_in_part_is_not_read_further_after_the_change()
    {
        _directory.Fresh(inventory => inventory.Change(c => Clouds.Apply(c, CloudEdits.Yaml)));
        using var inventory = OwnInventory.Open(_directory.File);
        Plan? kept = null;
        inventory.CarryOut(c => kept = Planner.Apply(c, Clouds.Spec(NetworkMore)));
        inventory.CarryOut(c => Planner.Apply(c, Clouds.Spec("servers: [{name: later, project: p}]")));

        Assert.Equal(4, kept!.Next.Networks.Count);
        Assert.Throws<InvalidOperationException>(() => kept.Next.Servers);
        Assert.Equal(5, inventory.Read().Servers.Count);
    }

    [Fact]
    public void A_plan_that_changes_nothing_keeps_the_revision()
    {
        _directory.Fresh(inventory => inventory.CarryOut(c => Planner.Apply(c, Clouds.Spec(CloudEdits.Yaml))));
        var (items, revision) = _directory.Fresh(inventory => inventory.CarryOut(c => Planner.Apply(c, Clouds.Spec(CloudEdits.Yaml))));
        Assert.Equal(1, revision);
        Assert.All(items, item => Assert.Equal(PlanAction.Unchanged, item.Action));
    }

    // Nothing but what one kind of thing needs, so that the others can stay unread.
    private static readonly Gen<Func<CloudSpec, CloudSpec>> Parts = Gen.Elements<Func<CloudSpec, CloudSpec>>(
        spec => spec,
        spec => new CloudSpec { Networks = spec.Networks, Subnets = spec.Subnets },
        spec => new CloudSpec { Networks = [new NetworkSpec { Name = $"n{spec.Subnets.Length}{spec.Servers.Length}", Project = "green" }] },
        spec => new CloudSpec { Subnets = [.. spec.Subnets.Take(1)] },
        spec => new CloudSpec { Servers = [.. spec.Servers.Take(1).Select(s => s with { Ports = [] })] },
        spec => new CloudSpec { KeyPairs = [new KeyPairSpec { Name = "k", Project = "red", PublicKey = $"ssh-ed25519 {spec.Servers.Length}" }], Routers = spec.Routers });

    // What the store should hold: the kinds that a plan made anew, and of the cloud before it those it left alone.
    private static Cloud Filled(Cloud next, Cloud before, Cloud whole) => whole with
    {
        AllProjects = next.AllProjects.Is(before.AllProjects) ? whole.AllProjects : next.AllProjects,
        AllNetworks = next.AllNetworks.Is(before.AllNetworks) ? whole.AllNetworks : next.AllNetworks,
        AllSubnets = next.AllSubnets.Is(before.AllSubnets) ? whole.AllSubnets : next.AllSubnets,
        AllRouters = next.AllRouters.Is(before.AllRouters) ? whole.AllRouters : next.AllRouters,
        AllFloatingIps = next.AllFloatingIps.Is(before.AllFloatingIps) ? whole.AllFloatingIps : next.AllFloatingIps,
        AllPorts = next.AllPorts.Is(before.AllPorts) ? whole.AllPorts : next.AllPorts,
        AllServers = next.AllServers.Is(before.AllServers) ? whole.AllServers : next.AllServers,
        AllKeyPairs = next.AllKeyPairs.Is(before.AllKeyPairs) ? whole.AllKeyPairs : next.AllKeyPairs,
    };

    // Numbers are the store's to give.
    private static Cloud Numberless(Cloud cloud) => cloud with { Servers = cloud.Servers.ToImmutableDictionary(s => s.Key, s => s.Value with { Number = 0 }) };

    private static bool Same(Cloud a, Cloud b) => !CloudDifference.Of(a, b).Any;

    private static string Told(Func<ImmutableArray<PlanItem>> plan)
    {
        try
        {
            return Steady(plan().Select(i => $"{i.Action} {i.Kind} {i.Name} {string.Join(',', i.ChangedFields)}"));
        }
        catch (InventoryRuleException e)
        {
            return Steady(e.Violations.Select(v => v.ToString()));
        }
    }

    // Ids of new things are made up at each planning, and ports without a name are called by them.
    private static string Steady(IEnumerable<string> lines) => string.Join('\n', lines.Select(line => AnyId().Replace(line, "ID")).Order(StringComparer.Ordinal));

    [GeneratedRegex("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex AnyId();
}
