using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Firstlight.Inventory.MariaDb;
using Firstlight.Inventory.Tests.Support;

namespace Firstlight.Inventory.Tests.MariaDb;

[Collection(MariaDbCollection.Name)]
public sealed class PoolTests(RunningDatabase database)
{
    [Fact]
    public async Task Fifty_tasks_share_ten_connections_and_each_gets_its_own_answer()
    {
        await using var source = new MariaDbDataSource(database.Settings);
        var most = 0;
        var wrong = new ConcurrentBag<string>();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(async task =>
        {
            for (var i = 0; i < 40; i++)
            {
                var wanted = $"{task}.{i}";
                var got = await source.ScalarAsync("SELECT @wanted", ("wanted", wanted));
                if (!wanted.Equals(got)) wrong.Add($"{wanted}: {got}");
                InterlockedMax(ref most, source.Pool.Open);
            }
        }));

        Assert.Empty(wrong);
        Assert.InRange(most, 2, 10);
        Assert.Equal((source.Pool.Open, 0), (source.Pool.Idle, source.Pool.Waiting));
    }

    [Fact]
    public async Task Who_awaits_goes_on_on_the_connections_thread_where_that_is_wanted_and_may_not_block_it()
    {
        await using var source = new MariaDbDataSource(database.Settings with { ContinuesOnThread = true });
        await using var connection = await source.OpenConnectionAsync(Sql.Cancellation);
        await using var command = connection.CreateCommand().With("SELECT GET_LOCK('who awaits', 60)");
        await using var holder = await source.OpenConnectionAsync(Sql.Cancellation);
        await using var hold = holder.CreateCommand().With("SELECT GET_LOCK('who awaits', 60)");
        await using var release = holder.CreateCommand().With("SELECT RELEASE_LOCK('who awaits')");

        // Whatever the tests run on, the awaiting itself wants no place of its own; and what is answered before it is awaited needs no thread to go on on.
        var (thread, blocked) = await Task.Run(async () =>
        {
            await hold.ExecuteScalarAsync(Sql.Cancellation);
            var asking = AskAsync();
            await release.ExecuteScalarAsync(Sql.Cancellation);
            return await asking;
        });

        Assert.StartsWith("mariadb ", thread, StringComparison.Ordinal);
        Assert.Contains("a blocking call on the thread of the connection", blocked.Message, StringComparison.Ordinal);
        Assert.Equal(1, await command.ExecuteScalarAsync(Sql.Cancellation));

        async Task<(string?, InvalidOperationException)> AskAsync()
        {
            await command.ExecuteScalarAsync(Sql.Cancellation);
            return (Thread.CurrentThread.Name, Assert.Throws<InvalidOperationException>(() => command.ExecuteScalar()));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_waits_too_long_is_told_so_and_who_waits_less_is_served(bool async)
    {
        await using var source = new MariaDbDataSource(database.Settings with { MaxPoolSize = 1, ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        var first = await source.OpenConnectionAsync(Sql.Cancellation);

        var failure = await Sql.FailsAsync(async () =>
        {
            if (async) await source.OpenConnectionAsync(Sql.Cancellation);
            else source.OpenConnection();
        });
        Assert.Equal((MariaDbFailure.PoolExhausted, true), (failure.Failure, failure.IsTransient));
        Assert.Contains("none of 1 connections became free within 0.3 s", failure.Message, StringComparison.Ordinal);

        await first.DisposeAsync();
        await using var second = await source.OpenConnectionAsync(Sql.Cancellation);
        Assert.Equal(1, source.Pool.Open);
    }

    [Fact]
    public async Task A_waiter_is_counted_measured_and_can_give_up()
    {
        await using var source = new MariaDbDataSource(database.Settings with { MaxPoolSize = 2 });
        await using var one = await source.OpenConnectionAsync(Sql.Cancellation);
        await using (await source.OpenConnectionAsync(Sql.Cancellation))
        {
            using var giveUp = new CancellationTokenSource();
            var waiter = source.OpenConnectionAsync(giveUp.Token).AsTask();
            await Wait.UntilAsync(() => Task.FromResult(source.Pool.Waiting == 1), "nobody waits");

            Assert.Equal(new Dictionary<string, int>(StringComparer.Ordinal) { ["idle"] = 0, ["used"] = 2, ["waiting"] = 1 }, Measured());
            await giveUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter);
        }

        Assert.Equal(new Dictionary<string, int>(StringComparer.Ordinal) { ["idle"] = 1, ["used"] = 1, ["waiting"] = 0 }, Measured());

        Dictionary<string, int> Measured()
        {
            var seen = new Dictionary<string, int>(StringComparer.Ordinal);
            using var listener = new MeterListener();
            listener.InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name.StartsWith("firstlight.inventory.database.", StringComparison.Ordinal)) l.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<int>((_, value, tags, _) =>
            {
                var byName = tags.ToArray().ToDictionary(t => t.Key, t => t.Value as string, StringComparer.Ordinal);
                // Others' pools are measured too.
                if (byName["database"] == database.Settings.Target) seen[byName.GetValueOrDefault("state") ?? "waiting"] = value;
            });
            listener.Start();
            listener.RecordObservableInstruments();
            return seen;
        }
    }

    [Fact]
    public async Task A_connection_unused_for_long_is_closed()
    {
        await using var source = new MariaDbDataSource(database.Settings with { IdleLifetime = TimeSpan.FromMilliseconds(50) });
        Assert.NotNull(await source.ScalarAsync("SELECT CONNECTION_ID()"));

        await Wait.UntilAsync(() => Task.FromResult(source.Pool.Open == 0), "the connection stays open");
    }

    [Fact]
    public async Task A_connection_that_the_server_closed_meanwhile_is_replaced_unnoticed()
    {
        await using var source = new MariaDbDataSource(database.Settings);
        var session = await source.ScalarAsync("SELECT CONNECTION_ID()");
        database.Server.Execute($"KILL {session}");
        await Wait.UntilAsync(
            () => Task.FromResult(database.Server.Execute($"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = {session}").Trim() == "0"),
            "the session lives");

        Assert.NotEqual(session, await source.ScalarAsync("SELECT CONNECTION_ID()"));
        await Wait.UntilAsync(() => Task.FromResult(source.Pool.Open == 1), "the dead connection is kept");
    }

    [Fact]
    public async Task A_changed_database_is_not_met_by_the_next_caller()
    {
        database.Server.Execute("CREATE DATABASE IF NOT EXISTS elsewhere; GRANT ALL ON elsewhere.* TO app;");
        await using var source = new MariaDbDataSource(database.Settings with { MaxPoolSize = 1 });
        await using (var connection = await source.OpenConnectionAsync(Sql.Cancellation))
        {
            await connection.ChangeDatabaseAsync("elsewhere", Sql.Cancellation);
            Assert.Equal(("elsewhere", "elsewhere"), (connection.Database, await connection.ScalarAsync("SELECT DATABASE()")));
        }

        Assert.Equal("facts", await source.ScalarAsync("SELECT DATABASE()"));
    }

    [Fact]
    public async Task A_closed_source_ends_its_threads_and_lends_no_more()
    {
        var source = new MariaDbDataSource(database.Settings);
        var held = await source.OpenConnectionAsync(Sql.Cancellation);
        await using (await source.OpenConnectionAsync(Sql.Cancellation))
        {
        }
        await source.DisposeAsync();
        await Wait.UntilAsync(() => Task.FromResult(source.Pool.Open == 1), "the idle connection is kept");

        await held.DisposeAsync();
        await Wait.UntilAsync(() => Task.FromResult(source.Pool.Open == 0), "a thread lives on");
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await source.OpenConnectionAsync(Sql.Cancellation));
    }

    [Fact]
    public async Task The_callers_thread_is_free_while_the_server_works()
    {
        await using var source = new MariaDbDataSource(database.Settings);
        await using var connection = await source.OpenConnectionAsync(Sql.Cancellation);
        await using var locker = await source.OpenConnectionAsync(Sql.Cancellation);
        await locker.ScalarAsync("SELECT GET_LOCK('held', 0)");

        var waiting = connection.ScalarAsync("SELECT GET_LOCK('held', 30)");
        // Had the call blocked, this line would come only after the lock's 30 seconds, and the answer would be 0.
        Assert.False(waiting.IsCompleted);
        await locker.ScalarAsync("SELECT RELEASE_LOCK('held')");

        Assert.Equal("1", Convert.ToString(await waiting, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value) Interlocked.CompareExchange(ref target, value, seen);
    }
}
