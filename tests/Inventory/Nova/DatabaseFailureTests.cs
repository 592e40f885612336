using System.Collections.Concurrent;
using Firstlight.Inventory.Nova;
using Firstlight.Inventory.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Tests.Nova;

/// <summary>Databases that stop, die, come back or turn read-only, each test with servers of its own.</summary>
public sealed class DatabaseFailureTests : IDisposable
{
    private static readonly InstanceId InCell1 = RecordedFacts.All["plain"].Id;
    private static readonly InstanceId InCell2 = RecordedFacts.All["cell2"].Id;
    private readonly MariaDbNova _first = new();
    private readonly Lines _log = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _first.Dispose();

    [Fact]
    public async Task A_cell_that_hangs_fails_alone_within_its_time_and_is_left_alone_until_it_answers_again()
    {
        using var second = new MariaDbNova();
        await _first.RunAsync("nova_api", $"UPDATE cell_mappings SET database_connection = '{second.Url("nova_cell2")}' WHERE id = 3");
        await using var source = Source(TimeSpan.FromSeconds(4));
        Assert.NotNull(await source.FindAsync(InCell2, Cancelled));

        second.Server.Suspend();
        var hanging = Enumerable.Range(0, 20).Select(_ => source.FindAsync(InCell2, Cancelled).AsTask()).ToList();
        for (var i = 0; i < 20; i++) Assert.NotNull(await source.FindAsync(InCell1, Cancelled));

        Assert.DoesNotContain(hanging, task => task.IsCompleted);
        foreach (var task in hanging)
        {
            var failure = await Assert.ThrowsAsync<InventoryUnavailableException>(() => task);
            Assert.Contains($"nova_cell2 on 127.0.0.1:{second.Server.Port}", failure.Message, StringComparison.Ordinal);
            Assert.Contains(InCell2.Value, failure.Message, StringComparison.Ordinal);
        }

        var refused = await Assert.ThrowsAsync<InventoryUnavailableException>(async () => await source.FindAsync(InCell2, Cancelled));
        Assert.Contains("left alone", refused.Message, StringComparison.Ordinal);
        var state = Assert.Single(await source.ProbeAsync(Cancelled), state => state.Problem is not null);
        Assert.StartsWith("nova_cell2 on ", state.Database, StringComparison.Ordinal);

        second.Server.Resume();
        await Wait.UntilAsync(async () => await FoundAsync(source, InCell2), "the cell is not asked again");
        Assert.All(await source.ProbeAsync(Cancelled), s => Assert.Null(s.Problem));
        Assert.Single(_log, line => line.Contains("does not answer"));
        Assert.Single(_log, line => line.Contains("answers again"));
    }

    [Fact]
    public async Task A_server_that_was_killed_is_unavailable_and_served_from_again_when_it_is_back()
    {
        await using var source = Source(TimeSpan.FromSeconds(20));
        Assert.NotNull(await source.FindAsync(InCell1, Cancelled));

        // The server keeps up to a second of its log in memory otherwise.
        await _first.RunAsync("nova", "SET GLOBAL innodb_flush_log_at_trx_commit = 1; UPDATE instances SET updated_at = NOW() WHERE deleted = 0");
        _first.Server.Stop(kill: true);
        var failure = await Assert.ThrowsAsync<InventoryUnavailableException>(async () => await source.FindAsync(InCell1, Cancelled));
        Assert.Contains("nova_api on ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("l@b", failure.ToString(), StringComparison.Ordinal);

        _first.Server.Start();
        await Wait.UntilAsync(async () => await FoundAsync(source, InCell1), "the server is not asked again");
    }

    [Fact]
    public async Task Connections_lost_between_two_requests_cost_neither()
    {
        await using var source = Source(TimeSpan.FromSeconds(20));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => source.FindAsync(InCell1, Cancelled).AsTask()));

        _first.Server.Stop();
        _first.Server.Start();

        Assert.NotNull(await source.FindAsync(InCell1, Cancelled));
        Assert.True(await source.SetPasswordAsync(InCell1, "", Cancelled));
        await _first.RunAsync("nova", "KILL USER lab");
        Assert.NotNull(await source.FindAsync(InCell1, Cancelled));
    }

    [Fact]
    public async Task A_server_that_came_back_read_only_is_read_and_not_written()
    {
        await using var source = Source(TimeSpan.FromSeconds(20));
        _first.Server.Stop();
        _first.Server.Start("--read-only");

        Assert.Equal(RecordedFacts.Comparable(RecordedFacts.All["plain"]), RecordedFacts.Comparable((await source.FindAsync(InCell1, Cancelled))!));
        var failure = await Assert.ThrowsAsync<InventoryUnavailableException>(async () => await source.SetPasswordAsync(InCell1, "x", Cancelled));
        Assert.Contains("nova on ", failure.Message, StringComparison.Ordinal);
        var image = (await source.FindAsync(RecordedFacts.All["freshimage"].Id, Cancelled))!.Ec2.Image;
        Assert.True(image > int.MaxValue);
        Assert.NotNull(await source.FindAsync(RecordedFacts.All["freshimage"].Id, Cancelled));
        Assert.Single(_log, line => line.Contains("EC2 number"));
    }

    [Fact]
    public async Task Four_megabytes_of_metadata_are_read_whole()
    {
        await using var source = Source(TimeSpan.FromSeconds(30));
        await _first.RunAsync("nova", $"INSERT INTO instance_metadata (`key`, value, instance_uuid, deleted) SELECT CONCAT('k', seq), REPEAT('é', 255), '{InCell1}', 0 FROM seq_1_to_8192");

        var found = await source.FindAsync(InCell1, Cancelled);

        Assert.Equal(RecordedFacts.All["plain"].Metadata.Length + 8192, found!.Metadata.Length);
        Assert.Equal(new string('é', 255), found.Metadata[^1].Value);
    }

    [Fact]
    public async Task Logs_name_instance_and_column_and_never_what_is_stored()
    {
        await _first.RunAsync("nova", $"UPDATE instance_extra SET keypairs = 'ssh-rsa SECRET' WHERE instance_uuid = '{InCell1}'");
        await _first.RunAsync("nova", $"UPDATE instances SET user_data = 'SECRETs' WHERE uuid = '{InCell1}'");
        await using var source = Source(TimeSpan.FromSeconds(20));

        Assert.Equal(InstanceParts.KeyPairs | InstanceParts.UserData, (await source.FindAsync(InCell1, Cancelled))!.Faults);

        Assert.Contains(_log, line => line.Contains(InCell1.Value) && line.Contains("instance_extra.keypairs"));
        Assert.Contains(_log, line => line.Contains(InCell1.Value) && line.Contains("instances.user_data"));
        Assert.DoesNotContain(_log, line => line.Contains("SECRET"));
    }

    private static async Task<bool> FoundAsync(NovaInstanceSource source, InstanceId id)
    {
        try
        {
            return await source.FindAsync(id, Cancelled) is not null;
        }
        catch (InventoryUnavailableException)
        {
            return false;
        }
    }

    private NovaInstanceSource Source(TimeSpan timeout)
    {
        var options = new NovaOptions
        {
            ApiUrl = SqlAlchemyUrl.Parse(_first.Url("nova_api"), "test"),
            DefaultUrl = SqlAlchemyUrl.Parse(_first.Url("nova"), "test"),
            CellTimeout = timeout,
            LeaveAlone = TimeSpan.FromSeconds(1),
        };
        return new NovaInstanceSource(options, DatabaseDrivers.Opener(options), TimeProvider.System, _log);
    }

    private sealed class Lines : ConcurrentQueue<string>, ILogger<NovaInstanceSource>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Enqueue(formatter(state, exception) + exception);
    }
}
