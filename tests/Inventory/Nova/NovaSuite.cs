using Firstlight.Inventory.Nova;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Inventory.Tests.Nova;

/// <summary>What must hold on every database Nova runs on.</summary>
public abstract class NovaSuite(INovaServer server)
{
    private const string Live = "e43099e8-148b-52fe-87c3-280fa99d9a7f";
    private const string Ghost = "31a45ed8-a427-597c-8a8a-896eec30d737";
    private const string Deleted = "ee01e79f-808a-5cca-a38b-1bf89ee5d348";

    protected INovaServer Server => server;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Recorded => [.. RecordedFacts.All.Keys];

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task Recorded_rows_become_the_recorded_facts(string name)
    {
        await using var source = Source();
        var recorded = RecordedFacts.All[name];

        var found = await source.FindAsync(recorded.Id, Cancelled);

        Assert.NotNull(found);
        Assert.Equal(RecordedFacts.Comparable(recorded), RecordedFacts.Comparable(found));
        Assert.Equal(recorded.UserData is null, found.RawUserData is null);
    }

    [Theory]
    [InlineData(Ghost)]
    [InlineData(Deleted)]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("no uuid at all'\"")]
    [InlineData("")]
    [InlineData("\0")]
    public async Task An_instance_that_is_mapped_but_gone_or_deleted_or_never_was_is_not_found(string id)
    {
        await using var source = Source();

        Assert.Null(await source.FindAsync(new InstanceId(id), Cancelled));
        Assert.False(await source.SetPasswordAsync(new InstanceId(id), "secret", Cancelled));
    }

    [Fact]
    public async Task Metadata_per_cell_looks_in_the_default_database_alone()
    {
        var second = RecordedFacts.All["cell2"].Id;
        await using var cell1 = Source(o => o with { LocalPerCell = true, ApiUrl = null });
        await using var cell2 = Source(o => o with { LocalPerCell = true, ApiUrl = null, DefaultUrl = Url("nova_cell2") });

        Assert.Null(await cell1.FindAsync(second, Cancelled));
        Assert.NotNull(await cell2.FindAsync(second, Cancelled));
        Assert.Null(await cell2.FindAsync(new InstanceId(Live), Cancelled));
    }

    [Fact]
    public async Task A_cell_url_may_be_a_template_filled_from_the_default_database()
    {
        var url = await Server.AskAsync("nova_api", "SELECT database_connection FROM cell_mappings WHERE id = 3");
        await Server.RunAsync("nova_api", "UPDATE cell_mappings SET database_connection = '{scheme}://{username}:{password}@{hostname}:{port}/{path}_cell2?{query}' WHERE id = 3");
        try
        {
            await using var source = Source();

            Assert.NotNull(await source.FindAsync(RecordedFacts.All["cell2"].Id, Cancelled));
        }
        finally
        {
            await Server.RunAsync("nova_api", $"UPDATE cell_mappings SET database_connection = '{url}' WHERE id = 3");
        }
    }

    [Fact]
    public async Task A_password_is_stored_in_four_rows_and_read_back()
    {
        var id = RecordedFacts.All["pwtarget"].Id;
        await using var source = Source();
        var password = new string('a', 255) + new string('b', 255) + "cé";

        Assert.True(await source.SetPasswordAsync(id, password, Cancelled));

        Assert.Equal(password, (await source.FindAsync(id, Cancelled))!.Password);
        Assert.Equal("4", await Server.AskAsync("nova", $"SELECT COUNT(*) FROM instance_system_metadata s WHERE s.instance_uuid = '{id}' AND s.key LIKE 'password%' AND s.deleted = 0"));
        Assert.Equal("", await Server.AskAsync("nova", $"SELECT s.value FROM instance_system_metadata s WHERE s.instance_uuid = '{id}' AND s.key = 'password_3'"));
        Assert.Equal("1", await Server.AskAsync("nova", $"SELECT COUNT(*) FROM instances WHERE uuid = '{id}' AND updated_at IS NOT NULL"));

        Assert.True(await source.SetPasswordAsync(id, "", Cancelled));

        Assert.Equal("", (await source.FindAsync(id, Cancelled))!.Password);
        Assert.Equal("4", await Server.AskAsync("nova", $"SELECT COUNT(*) FROM instance_system_metadata s WHERE s.instance_uuid = '{id}' AND s.key LIKE 'password%'"));
    }

    [Fact]
    public async Task A_password_goes_to_the_instances_own_cell()
    {
        var id = RecordedFacts.All["cell2"].Id;
        await using var source = Source();

        Assert.True(await source.SetPasswordAsync(id, "second cell", Cancelled));

        Assert.Equal("second cell", await Server.AskAsync("nova_cell2", $"SELECT s.value FROM instance_system_metadata s WHERE s.instance_uuid = '{id}' AND s.key = 'password_0'"));
        await Server.RunAsync("nova_cell2", $"DELETE FROM instance_system_metadata WHERE instance_uuid = '{id}' AND value IN ('second cell', '')");
    }

    [Fact]
    public async Task A_password_of_an_unmapped_instance_is_refused_where_Nova_crashes_and_stored_elsewhere()
    {
        var id = RecordedFacts.All["nomapping"].Id;
        await using var strict = Source(o => o with { StrictNova = true });
        await using var source = Source();

        await Assert.ThrowsAsync<InvalidDataException>(async () => await strict.SetPasswordAsync(id, "x", Cancelled));
        Assert.True(await source.SetPasswordAsync(id, "", Cancelled));
    }

    [Theory]
    [InlineData(RecordedFacts.NullNetwork, InstanceParts.NetworkInfo)]
    [InlineData(RecordedFacts.NoInfoCache, InstanceParts.NetworkInfo)]
    [InlineData(RecordedFacts.BadUserData, InstanceParts.UserData)]
    public async Task A_row_Nova_cannot_read_is_a_fault_of_its_part_or_under_strictness_of_the_whole(string id, InstanceParts faults)
    {
        await using var strict = Source(o => o with { StrictNova = true });
        await using var source = Source();

        var failure = await Assert.ThrowsAsync<InvalidDataException>(async () => await strict.FindAsync(new InstanceId(id), Cancelled));
        Assert.Contains(id, failure.Message, StringComparison.Ordinal);
        Assert.Equal(faults, (await source.FindAsync(new InstanceId(id), Cancelled))!.Faults);
    }

    [Theory]
    [InlineData("UPDATE instance_extra SET flavor = '{\"cur\": {' WHERE instance_uuid = '{id}'", InstanceParts.Flavor)]
    [InlineData("UPDATE instance_extra SET keypairs = '[]' WHERE instance_uuid = '{id}'", InstanceParts.KeyPairs)]
    [InlineData("UPDATE instance_extra SET device_metadata = '7' WHERE instance_uuid = '{id}'", InstanceParts.Devices)]
    [InlineData("UPDATE instance_extra SET numa_topology = '{\"cells\": [{\"pcpuset\": [\"x\"]}]}' WHERE instance_uuid = '{id}'", InstanceParts.Numa)]
    [InlineData("UPDATE instance_info_caches SET network_info = '{' WHERE instance_uuid = '{id}'", InstanceParts.NetworkInfo)]
    [InlineData("INSERT INTO instance_metadata (instance_uuid, value, deleted) VALUES ('{id}', NULL, 0)", InstanceParts.Metadata)]
    public async Task Each_part_can_be_unreadable_alone(string damage, InstanceParts fault)
    {
        // One instance for each damage, so that they do not add up.
        var name = new[] { "numa", "numa-legacy", "v6only", "nosecgroup", "keyname-only", "nullname" }[(int)Math.Log2((int)fault) % 6];
        var recorded = RecordedFacts.All[name];
        await using var source = Source();
        var id = recorded.Id.Value;
        string[] tables = ["instance_extra", "instance_info_caches"];
        foreach (var table in tables) await Server.RunAsync("nova", $"CREATE TABLE kept_{table} AS SELECT * FROM {table} WHERE instance_uuid = '{id}'");
        try
        {
            await Server.RunAsync("nova", damage.Replace("{id}", id));

            Assert.Equal(fault, (await source.FindAsync(recorded.Id, Cancelled))!.Faults);
        }
        finally
        {
            foreach (var table in tables)
            {
                await Server.RunAsync("nova", $"DELETE FROM {table} WHERE instance_uuid = '{id}'");
                await Server.RunAsync("nova", $"INSERT INTO {table} SELECT * FROM kept_{table}");
                await Server.RunAsync("nova", $"DROP TABLE kept_{table}");
            }

            await Server.RunAsync("nova", $"DELETE FROM instance_metadata WHERE instance_uuid = '{id}' AND value IS NULL");
        }
    }

    [Theory]
    [InlineData(-1, -2)]
    [InlineData(1_000_000, 1_000_001)]
    public async Task Of_rows_that_should_not_be_there_twice_the_oldest_counts(int extra, int mapping)
    {
        var recorded = RecordedFacts.All["v6only"];
        var id = recorded.Id;
        const string flavor = """{"cur": {"nova_object.data": {"name": "another"}}}""";
        await Server.RunAsync("nova", $"INSERT INTO instance_extra (id, instance_uuid, flavor, deleted) VALUES ({extra}, '{id}', '{flavor}', 0)");
        await Server.RunAsync("nova", $"INSERT INTO instance_id_mappings (id, uuid, deleted) VALUES ({mapping}, '{id}', 0)");
        try
        {
            await using var source = Source();

            var found = await source.FindAsync(id, Cancelled);

            Assert.Equal(extra < 0 ? ("another", mapping) : (recorded.FlavorName, recorded.Ec2.Instance), (found!.FlavorName, found.Ec2.Instance));
            Assert.Equal(recorded.Metadata, found.Metadata);
        }
        finally
        {
            await Server.RunAsync("nova", $"DELETE FROM instance_extra WHERE id = {extra}");
            await Server.RunAsync("nova", $"DELETE FROM instance_id_mappings WHERE id = {mapping}");
        }
    }

    [Fact]
    public async Task A_missing_number_is_allotted_once_by_each_process_and_all_settle_on_the_same()
    {
        // Not in the first cell: a recorded instance expects the number that is next there.
        const string image = "11111111-0000-4000-8000-000000000001";
        var id = RecordedFacts.All["cell2"].Id;
        await Server.RunAsync("nova_cell2", $"UPDATE instances SET kernel_id = '{image}' WHERE uuid = '{id}'");
        await using var first = Source();
        await using var second = Source();

        // Two processes may each write one before they see the other's; they settle on the lower.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => (n % 2 == 0 ? first : second).FindAsync(id, Cancelled).AsTask()));
        var numbers = new[] { await first.FindAsync(id, Cancelled), await second.FindAsync(id, Cancelled) };

        var lowest = await Server.AskAsync("nova_cell2", $"SELECT MIN(id) FROM s3_images WHERE uuid = '{image}'");
        Assert.Equal([lowest, lowest], numbers.Select(found => $"{found!.Ec2.Kernel}"));
        Assert.InRange(int.Parse((await Server.AskAsync("nova_cell2", $"SELECT COUNT(*) FROM s3_images WHERE uuid = '{image}'"))!), 1, 2);
        Assert.Equal("0", await Server.AskAsync("nova_cell2", $"SELECT MAX(deleted) FROM s3_images WHERE uuid = '{image}' AND created_at IS NOT NULL"));
        await Server.RunAsync("nova_cell2", $"UPDATE instances SET kernel_id = '' WHERE uuid = '{id}'");
    }

    [Fact]
    public async Task Where_nothing_may_be_written_a_missing_number_is_derived_and_stable_and_a_password_is_refused()
    {
        const string image = "11111111-0000-4000-8000-000000000002";
        var id = RecordedFacts.All["pwlimits"].Id;
        await Server.RunAsync("nova", $"UPDATE instances SET ramdisk_id = '{image}' WHERE uuid = '{id}'");
        await using var first = Source(o => o with { LocalPerCell = true, DefaultUrl = SqlAlchemyUrl.Parse(Server.ReadOnlyUrl("nova"), "test") });
        await using var second = Source(o => o with { MayAllot = false });

        var told = (await first.FindAsync(id, Cancelled))!.Ec2.Ramdisk;

        Assert.True(told > int.MaxValue);
        Assert.Equal(told, (await first.FindAsync(id, Cancelled))!.Ec2.Ramdisk);
        Assert.Equal(told, (await second.FindAsync(id, Cancelled))!.Ec2.Ramdisk);
        await Assert.ThrowsAsync<InventoryUnavailableException>(async () => await first.SetPasswordAsync(id, "x", Cancelled));
        Assert.NotNull(await first.FindAsync(id, Cancelled));
        await Server.RunAsync("nova", $"UPDATE instances SET ramdisk_id = '' WHERE uuid = '{id}'");
    }

    [Fact]
    public async Task A_wrong_password_and_a_missing_database_are_unavailable_and_named_without_the_password()
    {
        var wrong = Server.Url("nova").Replace(":l", ":wrong");
        await using var account = Source(o => o with { ApiUrl = SqlAlchemyUrl.Parse(wrong, "test") });
        await using var database = Source(o => o with { ApiUrl = Url("nowhere") });

        var refused = await Assert.ThrowsAsync<InventoryUnavailableException>(async () => await account.FindAsync(new InstanceId(Live), Cancelled));
        var missing = await Assert.ThrowsAsync<InventoryUnavailableException>(async () => await database.FindAsync(new InstanceId(Live), Cancelled));

        Assert.Contains("nova on ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", refused.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere on ", missing.Message, StringComparison.Ordinal);
        Assert.Contains(Live, missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_hosts_one_that_answers_is_used()
    {
        var hosts = Server.Url("nova").Replace("@127.0.0.1:", "@127.0.0.1:1,127.0.0.1:");
        await using var source = Source(o => o with { LocalPerCell = true, DefaultUrl = SqlAlchemyUrl.Parse(hosts, "test") });

        Assert.NotNull(await source.FindAsync(new InstanceId(Live), Cancelled));
    }

    [Fact]
    public async Task Every_database_of_every_cell_is_asked_for_a_sign_of_life()
    {
        await using var source = Source();

        var states = await source.ProbeAsync(Cancelled);

        Assert.Equal(["nova", "nova_api", "nova_cell0", "nova_cell2"], states.Select(state => state.Database.Split(' ')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.All(states, state => Assert.Null(state.Problem));
    }

    protected NovaInstanceSource Source(Func<NovaOptions, NovaOptions>? change = null)
    {
        var options = new NovaOptions { ApiUrl = Url("nova_api"), DefaultUrl = Url("nova"), CellTimeout = TimeSpan.FromSeconds(20) };
        options = change?.Invoke(options) ?? options;
        return new NovaInstanceSource(options, DatabaseDrivers.Opener(options), TimeProvider.System, NullLogger<NovaInstanceSource>.Instance);
    }

    protected SqlAlchemyUrl Url(string database) => SqlAlchemyUrl.Parse(Server.Url(database), "test");
}
