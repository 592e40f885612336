using System.Net;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.Own;

/// <summary>A process that runs on while others change the inventory reads only what they touched, and must come to what one that begins afresh reads.</summary>
public sealed class CatchingUpTests : IDisposable
{
    private static readonly Gen<string[]> Some = from edits in Gen.Elements(CloudEdits.All.Keys.ToArray()).ListOf(8) from count in Gen.Choose(1, 8) select edits.Take(count).ToArray();

    private readonly StoreDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Whatever_others_changed_is_read_and_found_as_by_one_that_begins_afresh()
    {
        using var running = OwnInventory.Open(_directory.File);
        using var other = OwnInventory.Open(_directory.File);
        var (ports, changes) = (running.Ports, running.Changes);
        var first = running.Change(c => Clouds.Apply(c, CloudEdits.Yaml));
        var applied = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(Some.ToArbitrary(), Gen.Elements(true, false).ToArbitrary(), (edits, ofBoth) =>
        {
            var before = Questions(other.Read());
            other.Change(_ => first);
            foreach (var edit in edits)
            {
                // Some at once are taken in together; those of this process go between.
                if (Try(ofBoth && applied % 2 == 0 ? running : other, edit)) applied++;
            }
            using var fresh = OwnInventory.Open(_directory.File);
            var (seen, stored) = (running.Read(), fresh.Read());
            // Ports of before may be told until the change is noticed, which takes a second where inotify is used up.
            Assert.True(SpinWait.SpinUntil(() => changes.Revision >= stored.Revision, Wait.Deadline), "the change was not announced");
            return seen.Revision == stored.Revision && Same(seen, stored)
                && before.Concat(Questions(stored)).All(q => Answer(ports, q) == Answer(fresh.Ports, q));
        }));
        Assert.True(applied > 120, $"only {applied} changes were accepted: the property says little");
    }

    // A second notice that came while the looks after the first were under way was swallowed by their last one: the change waited for the slow poll.
    [Fact]
    public void Each_change_is_told_by_its_notice_alone()
    {
        using var running = OwnInventory.Open(_directory.File, TimeSpan.FromSeconds(5), poll: TimeSpan.FromHours(1));
        using var other = OwnInventory.Open(_directory.File);
        running.Change(c => Clouds.Apply(c, CloudEdits.Yaml));
        var changes = running.Changes;
        for (var i = 0; i < 300; i++)
        {
            var stored = other.Change(c => Clouds.Apply(c, $"networks: [{{name: n{i}, project: p}}]"));
            Assert.True(SpinWait.SpinUntil(() => changes.Revision >= stored.Revision, Wait.Deadline), $"change {i} was not announced");

            // So that notices come at every stage of the looks after the one before.
            Thread.Sleep(i % 3 == 0 ? i % 130 : 0);
        }
    }

    [Fact]
    public void Only_what_was_touched_is_read_again()
    {
        using var running = OwnInventory.Open(_directory.File);
        using var other = OwnInventory.Open(_directory.File);
        running.Change(c => Clouds.Apply(c, CloudEdits.Yaml));
        var before = running.Read();
        other.Change(CloudEdits.All["a server's metadata"]);

        var after = running.Read();

        Assert.NotEqual(before.Server("web").Metadata, after.Server("web").Metadata);
        Assert.Same(before.Server("db"), after.Server("db"));
        Assert.Same(before.Ports, after.Ports);
    }

    // An update that broke off had forgotten the port it was at, whose old address then led to it for ever.
    [Fact]
    public async Task An_index_of_ports_that_could_not_be_brought_up_to_date_is_as_it_was_and_is_so_later()
    {
        using var running = OwnInventory.Open(_directory.File);
        var cloud = running.Change(c => Clouds.Apply(c, CloudEdits.Yaml));
        var (network, old) = (cloud.Network("red").Id, cloud.PortOf("db").FixedIps[0].Address.ToString());
        Assert.Equal(PortOutcome.Found, (await Find(network, old)).Outcome);
        using var other = OwnInventory.Open(_directory.File);
        _directory.Execute("ALTER TABLE fixed_ips RENAME TO hidden");
        _directory.Execute($"UPDATE hidden SET address = '10.1.0.200' WHERE port_id = '{cloud.PortOf("db").Id}'");
        _directory.Execute("UPDATE store SET revision = revision + 1, ports_revision = revision + 1");
        _directory.Execute($"INSERT INTO changes SELECT revision, 'port', '{cloud.PortOf("db").Id}' FROM store");

        await Assert.ThrowsAsync<InventoryBrokenException>(() => Find(network, "10.1.0.201"));
        Assert.Equal(PortOutcome.Found, (await Find(network, old)).Outcome);
        _directory.Execute("ALTER TABLE hidden RENAME TO fixed_ips");

        Assert.Equal(PortOutcome.Found, (await Find(network, "10.1.0.200")).Outcome);
        Assert.Equal(PortOutcome.Unknown, (await Find(network, old)).Outcome);

        Task<PortLookup> Find(string id, string address) =>
            running.Ports.FindAsync(Clouds.ByAddress(ScopeKind.Network, id, address), TestContext.Current.CancellationToken).AsTask();
    }

    private static bool Try(OwnInventory inventory, string edit)
    {
        try
        {
            var before = inventory.Read().Revision;
            return inventory.Change(CloudEdits.All[edit]).Revision > before;
        }
        catch (Exception e) when (e is InventoryRuleException or InvalidOperationException)
        {
            // What it is about is not there any more, or it breaks a rule.
            return false;
        }
    }

    private static List<PortQuery> Questions(Cloud cloud) =>
    [
        .. from scope in cloud.Networks.Keys.Select(id => new Scope(ScopeKind.Network, id)).Concat(cloud.Routers.Keys.Select(id => new Scope(ScopeKind.Router, id)))
           from port in cloud.Ports.Values
           from query in port.FixedIps.Select(ip => new PortQuery(scope, ip.Address, null)).Append(new PortQuery(scope, IPAddress.IPv6Loopback, port.Mac))
           select query,
    ];

    private static PortLookup Answer(IPortDirectory ports, PortQuery query) => ports.FindAsync(query, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();

    private static bool Same(Cloud a, Cloud b) => !CloudDifference.Of(a, b).Any;
}
