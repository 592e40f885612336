using System.Data;
using System.Diagnostics;
using Firstlight.Inventory.MariaDb;
using Firstlight.Inventory.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Inventory.Tests.MariaDb;

/// <summary>What happens while the server is hurt. It is each test's own.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    // A test waits no longer than this for what must end by a limit of a second or less.
    private static readonly TimeSpan FarBeyond = TimeSpan.FromSeconds(20);

    private readonly MariaDbServer _server = new();
    private MariaDbDataSource _source = null!;

    [Fact]
    public async Task A_server_killed_under_a_query_is_a_lost_connection_and_after_its_return_all_is_normal()
    {
        await using var connection = await _source.OpenConnectionAsync(Sql.Cancellation);
        // A second one, idle: it dies too.
        await using (await _source.OpenConnectionAsync(Sql.Cancellation))
        {
        }
        var query = connection.ScalarAsync("SELECT SLEEP(60)");
        await Wait.UntilAsync(
            () => Task.FromResult(_server.Execute("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(60)'").Trim() == "1"),
            "the query does not run");

        _server.Stop(kill: true);
        var lost = await Sql.FailsAsync(() => query.WaitAsync(FarBeyond, Sql.Cancellation));
        var down = await Sql.FailsAsync(async () => await _source.OpenConnectionAsync(Sql.Cancellation));
        _server.Start();

        Assert.Equal((MariaDbFailure.ConnectionLost, true, true), (lost.Failure, lost.ConnectionLost, lost.IsTransient));
        Assert.Equal(ConnectionState.Broken, connection.State);
        Assert.Equal(MariaDbFailure.Unreachable, down.Failure);
        Assert.Equal("back", await _source.ScalarAsync("SELECT 'back'"));
    }

    [Fact]
    public async Task A_server_restarted_between_two_queries_is_not_noticed()
    {
        Assert.Equal("before", await _source.ScalarAsync("SELECT 'before'"));
        _server.Stop();
        _server.Start();
        Assert.Equal("after", await _source.ScalarAsync("SELECT 'after'"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_suspended_server_keeps_nobody_beyond_the_limit_nor_any_thread(bool async)
    {
        await using var connection = await _source.OpenConnectionAsync(Sql.Cancellation);
        await using (await _source.OpenConnectionAsync(Sql.Cancellation))
        {
        }
        _server.Suspend();
        await using var command = connection.CreateCommand().With("SELECT 1");
        command.CommandTimeout = 1;

        var clock = Stopwatch.StartNew();
        var late = await Sql.FailsAsync(async () =>
        {
            if (async) await command.ExecuteScalarAsync(Sql.Cancellation);
            else command.ExecuteScalar();
        });
        await connection.CloseAsync();

        Assert.Equal((MariaDbFailure.Timeout, true, true), (late.Failure, late.ConnectionLost, late.IsTransient));
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), FarBeyond);
        // Neither the cut connection nor the idle one beside it is kept, though nothing was heard of that.
        await Wait.UntilAsync(() => Task.FromResult(_source.Pool.Open == 0), "a thread hangs");

        _server.Resume();
        Assert.Equal("back", await _source.ScalarAsync("SELECT 'back'"));
    }

    [Fact]
    public async Task A_suspended_server_keeps_nobody_who_cancels()
    {
        await using var connection = await _source.OpenConnectionAsync(Sql.Cancellation);
        _server.Suspend();
        using var cancel = new CancellationTokenSource();
        await using var command = connection.CreateCommand().With("SELECT 1");
        var query = command.ExecuteScalarAsync(cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query.WaitAsync(FarBeyond, Sql.Cancellation));
        Assert.Equal(ConnectionState.Broken, connection.State);
        await Sql.FailsAsync(() => connection.ScalarAsync("SELECT 1"));
        await connection.CloseAsync();
        await Wait.UntilAsync(() => Task.FromResult(_source.Pool.Open == 0), "a thread hangs");
        _server.Resume();
    }

    [Fact]
    public async Task Logging_in_to_a_suspended_server_takes_no_place_for_ever()
    {
        await using var source = new MariaDbDataSource(RunningDatabase.For(_server) with { MaxPoolSize = 1, ConnectTimeout = TimeSpan.FromSeconds(1) });
        _server.Suspend();
        for (var i = 0; i < 3; i++) Assert.True((await Sql.FailsAsync(async () => await source.OpenConnectionAsync(Sql.Cancellation))).IsTransient);
        Assert.InRange(source.Pool.Open, 0, 1);

        _server.Resume();
        await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    return "back".Equals(await source.ScalarAsync("SELECT 'back'"));
                }
                catch (MariaDbException e) when (e.IsTransient)
                {
                    return false;
                }
            },
            "the pool does not recover");
    }

    [Fact]
    public async Task A_command_can_be_cancelled_from_elsewhere()
    {
        await using var connection = await _source.OpenConnectionAsync(Sql.Cancellation);
        await using var command = connection.CreateCommand().With("SELECT SLEEP(60)");
        var query = command.ExecuteScalarAsync(Sql.Cancellation);

        command.Cancel();

        Assert.True((await Sql.FailsAsync(() => query.WaitAsync(FarBeyond, Sql.Cancellation))).ConnectionLost);
    }

    [Fact]
    public async Task A_server_that_came_back_read_only_is_told_as_such_and_still_read()
    {
        await _source.ExecuteAsync("CREATE TABLE kept (n INT)");
        _server.Stop();
        _server.Start("--read-only");

        var failure = await Sql.FailsAsync(() => _source.ExecuteAsync("INSERT INTO kept VALUES (1)"));

        Assert.Equal((1290, true, false), (failure.Number, failure.ReadOnly, failure.IsTransient));
        Assert.Equal(0L, await _source.ScalarAsync("SELECT COUNT(*) FROM kept"));
    }

    [Fact]
    public async Task A_dump_of_several_databases_is_loaded()
    {
        var dump = Path.Combine(_server.Root, "dump.sql");
        await File.WriteAllTextAsync(
            dump,
            """
            CREATE DATABASE cell1; USE cell1; CREATE TABLE t (v TEXT); INSERT INTO t VALUES ('Zürich 😀');
            CREATE DATABASE cell2; USE cell2; CREATE TABLE t (v TEXT); INSERT INTO t VALUES ('two');
            """,
            Sql.Cancellation);
        _server.Load(dump);

        Assert.Equal("Zürich 😀", _server.Execute("SELECT v FROM t", "cell1").Trim());
        Assert.Equal("two", _server.Execute("SELECT v FROM cell2.t").Trim());
        Assert.Contains("cell1", Assert.Throws<InvalidOperationException>(() => _server.Load(dump)).Message, StringComparison.Ordinal);
    }

    public ValueTask InitializeAsync()
    {
        RunningDatabase.Prepare(_server);
        _source = new MariaDbDataSource(RunningDatabase.For(_server));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _server.Dispose();
    }
}
