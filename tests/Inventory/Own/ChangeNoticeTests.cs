using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Own.Storage;
using Firstlight.Inventory.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Tests.Own;

/// <summary>Which guests a change is said to touch: those who are told something else, and no others.</summary>
public sealed class ChangeNoticeTests : IDisposable
{
    private readonly StoreDirectory _directory = new();
    private readonly OwnInventory _inventory;
    private readonly OwnInventory _other;

    public ChangeNoticeTests()
    {
        _inventory = OwnInventory.Open(_directory.File);
        _other = OwnInventory.Open(_directory.File);
    }

    public void Dispose()
    {
        _other.Dispose();
        _inventory.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("a server's metadata", "web")]
    [InlineData("a server's user data", "web")]
    [InlineData("a server's ports", "bare")]
    [InlineData("a port's address", "db")]
    [InlineData("a port's MAC", "db")]
    [InlineData("two ports' addresses", "both db")]
    [InlineData("a port that changes hands", "bare db")]
    [InlineData("a server more", "new")]
    [InlineData("a server less", "db")]
    [InlineData("a network", "both web")]
    [InlineData("a subnet", "both db")]
    [InlineData("a subnet more", "both web")]
    [InlineData("DHCP ports", "both db web")]
    [InlineData("a floating address that leads nowhere", "web")]
    [InlineData("a floating address that leads elsewhere", "db web")]
    [InlineData("a key pair", "")]
    [InlineData("a project", "")]
    [InlineData("a router", "")]
    public async Task A_change_touches_the_guests_that_are_told_something_else(string edit, string touched)
    {
        var changes = _inventory.Changes;
        var first = _inventory.Change(c => Clouds.Apply(c, CloudEdits.Yaml));
        var before = await Facts.OfAsync(_inventory, first.Servers.Keys);

        // Of another process, whose changes are to be known as well as ours.
        var second = _other.Change(CloudEdits.All[edit]);
        await Wait.UntilAsync(() => Task.FromResult(changes.Revision == second.Revision), "the change is told");

        var after = await Facts.OfAsync(_inventory, second.Servers.Keys.Union(first.Servers.Keys));
        var names = first.Servers.Values.Concat(second.Servers.Values).DistinctBy(s => s.Id).ToDictionary(s => s.Id, s => s.Name);
        var said = after.Where(a => changes.LastChangeOf((before.GetValueOrDefault(a.Key) ?? a.Value)!) > first.Revision).Select(a => names[a.Key]);
        Assert.Equal(touched, string.Join(' ', said.Order(StringComparer.Ordinal)));
        var different = after.Where(a => Facts.Text(a.Value) != Facts.Text(before.GetValueOrDefault(a.Key))).Select(a => names[a.Key]);
        Assert.Subset(touched.Split(' ').ToHashSet(), different.ToHashSet());
    }

    [Fact]
    public async Task A_password_touches_its_guest()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, CloudEdits.Yaml));
        var before = await Facts.OfAsync(_inventory, cloud.Servers.Keys);

        await _inventory.Instances.SetPasswordAsync(new InstanceId(cloud.Server("web").Id), "secret", TestContext.Current.CancellationToken);

        Assert.Equal([cloud.Server("web").Id], before.Where(b => _inventory.Changes.LastChangeOf(b.Value!) > cloud.Revision).Select(b => b.Key));
    }

    [Fact]
    public async Task A_notice_names_the_guests_that_changed_themselves()
    {
        var notices = new List<InventoryNotice>();
        _inventory.Changes.Changed += notice =>
        {
            lock (notices) notices.Add(notice);
        };
        var cloud = _other.Change(c => Clouds.Apply(c, CloudEdits.Yaml));

        await Wait.UntilAsync(() => Task.FromResult(Last() == cloud.Revision), "the change is told");

        lock (notices)
        {
            Assert.All(notices, notice => Assert.NotNull(notice.Touched));
            Assert.Equal(cloud.Servers.Keys.Order(StringComparer.Ordinal), notices.SelectMany(n => n.Touched!).Select(id => id.Value).Order(StringComparer.Ordinal));
        }

        long Last()
        {
            lock (notices) return notices.LastOrDefault()?.Revision ?? 0;
        }
    }

    // What this process commits must not hide what another committed just before.
    [Fact]
    public async Task A_change_of_another_process_is_not_passed_over_for_one_of_our_own()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, CloudEdits.Yaml));
        var web = (await Facts.OfAsync(_inventory, [cloud.Server("web").Id])).Values.Single()!;
        for (var i = 0; i < 50; i++)
        {
            var theirs = _other.Change(c => Clouds.Apply(c, $"servers: [{{name: web, project: p, metadata: {{n: '{i}'}}}}]"));
            _inventory.Change(c => Clouds.Apply(c, $"servers: [{{name: db, project: p, metadata: {{n: '{i}'}}}}]"));
            Assert.InRange(_inventory.Changes.LastChangeOf(web), theirs.Revision, long.MaxValue);
        }
    }

    [Fact]
    public async Task More_than_is_worth_listing_touches_everybody()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, CloudEdits.Yaml));
        var bare = (await Facts.OfAsync(_inventory, [cloud.Server("bare").Id])).Values.Single()!;
        var spec = new CloudSpec { Servers = [.. Enumerable.Range(0, ChangeLog.MostOfOne).Select(i => new ServerSpec { Name = $"s{i}", Project = "p" })] };

        var next = _other.Change(c => Planner.Apply(c, spec).Next);

        await Wait.UntilAsync(() => Task.FromResult(_inventory.Changes.Revision == next.Revision), "the change is told");
        Assert.Equal(next.Revision, _inventory.Changes.LastChangeOf(bare));
        Assert.Equal(next.Servers.Count, _inventory.Read().Servers.Count);
    }

    // A program of before this account was kept may still run beside us, or someone may have changed the store by hand.
    [Fact]
    public async Task A_revision_that_nobody_accounted_for_touches_everybody()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, CloudEdits.Yaml));
        var bare = (await Facts.OfAsync(_inventory, [cloud.Server("bare").Id])).Values.Single()!;
        await _inventory.Ports.FindAsync(Clouds.ByAddress(ScopeKind.Network, cloud.Network("blue").Id, "10.0.0.77"), default);
        using (var connection = new SqliteConnection($"Data Source={_directory.File};Pooling=False"))
        {
            connection.Open();
            Statement.Run(connection, "UPDATE fixed_ips SET address = '10.0.0.77' WHERE port_id = $0", cloud.PortOf("web").Id);
            Statement.Run(connection, "UPDATE store SET revision = revision + 1, ports_revision = revision + 1");
        }

        await Wait.UntilAsync(() => Task.FromResult(_inventory.Changes.Revision == cloud.Revision + 1), "the change is told");
        Assert.Equal(cloud.Revision + 1, _inventory.Changes.LastChangeOf(bare));
        Assert.Equal("10.0.0.77", _inventory.Read().PortOf("web").FixedIps[0].Address.ToString());
        Assert.Equal(PortOutcome.Found, (await _inventory.Ports.FindAsync(Clouds.ByAddress(ScopeKind.Network, cloud.Network("blue").Id, "10.0.0.77"), default)).Outcome);
    }

    [Fact]
    public void Of_the_account_only_the_newest_is_kept()
    {
        _inventory.Change(c => Clouds.Apply(c, CloudEdits.Yaml));
        using var connection = new SqliteConnection($"Data Source={_directory.File};Pooling=False");
        connection.Open();
        Statement.Run(connection, $"UPDATE store SET revision = {ChangeLog.Revisions * 3}");

        var cloud = _inventory.Change(CloudEdits.All["a network"]);

        Assert.Equal(cloud.Revision, Statement.Number(connection, "SELECT MIN(revision) FROM changes"));
        Assert.Equal(2, Statement.Number(connection, "SELECT COUNT(*) FROM changes"));
    }
}
