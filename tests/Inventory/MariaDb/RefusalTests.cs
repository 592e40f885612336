using System.Net;
using System.Net.Sockets;
using Firstlight.Inventory.MariaDb;
using Firstlight.Inventory.Tests.Support;

namespace Firstlight.Inventory.Tests.MariaDb;

/// <summary>What callers are told when the server refuses, and what they may do about it.</summary>
[Collection(MariaDbCollection.Name)]
public sealed class RefusalTests(RunningDatabase database)
{
    [Fact]
    public async Task A_wrong_password_is_access_denied_and_not_worth_another_try()
    {
        var failure = await OpenFailsAsync(database.Settings with { Password = "hunter2" });

        Assert.Equal((1045, "28000", true, false), (failure.Number, failure.SqlState, failure.AccessDenied, failure.IsTransient));
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_database_is_named()
    {
        database.Server.Execute("CREATE USER IF NOT EXISTS everywhere; GRANT ALL ON *.* TO everywhere;");
        var failure = await OpenFailsAsync(database.Settings with { User = "everywhere", Password = "", Database = "nowhere" });

        Assert.Equal((1049, MariaDbFailure.UnknownDatabase), (failure.Number, failure.Failure));
        Assert.Contains("nowhere", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_the_account_may_not_use_is_access_denied()
    {
        var failure = await OpenFailsAsync(database.Settings with { Database = "mysql" });

        Assert.Equal((1044, true), (failure.Number, failure.AccessDenied));
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var failure = await OpenFailsAsync(database.Settings with { Port = port });

        Assert.Equal((MariaDbFailure.Unreachable, true), (failure.Failure, failure.IsTransient));
    }

    [Fact]
    public async Task A_server_that_never_greets_is_left_in_time_and_its_thread_ends()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var source = new MariaDbDataSource(
            database.Settings with { Port = ((IPEndPoint)listener.LocalEndpoint).Port, ConnectTimeout = TimeSpan.FromMilliseconds(200) });

        var failure = await Sql.FailsAsync(async () => await source.OpenConnectionAsync(Sql.Cancellation));

        Assert.True(failure.IsTransient);
        await Wait.UntilAsync(() => Task.FromResult(source.Pool.Open == 0), "the thread lives on");
    }

    [Fact]
    public async Task A_unix_socket_serves_as_well_and_a_missing_one_is_unreachable()
    {
        await using var source = new MariaDbDataSource(database.Settings with { UnixSocket = database.Server.UnixSocket, Port = 1 });
        Assert.Equal(1L, Convert.ToInt64(await source.ScalarAsync("SELECT 1"), null));

        var failure = await OpenFailsAsync(database.Settings with { UnixSocket = database.Server.UnixSocket + ".absent" });
        Assert.Equal(MariaDbFailure.Unreachable, failure.Failure);
    }

    [Fact]
    public async Task Localhost_means_TCP()
    {
        await using var source = new MariaDbDataSource(database.Settings with { Host = "localhost" });
        Assert.Equal(1L, Convert.ToInt64(await source.ScalarAsync("SELECT 1"), null));
    }

    [Fact]
    public async Task A_reading_account_and_a_reading_transaction_are_told_from_a_missing_right()
    {
        database.Server.Execute("CREATE TABLE IF NOT EXISTS facts.kept (n INT); CREATE OR REPLACE USER reader; GRANT SELECT ON facts.kept TO reader;");
        database.Server.Execute("CREATE TABLE IF NOT EXISTS facts.hidden (n INT);");
        await using var source = new MariaDbDataSource(database.Settings with { User = "reader", Password = "" });

        var write = await Sql.FailsAsync(() => source.ExecuteAsync("INSERT INTO kept VALUES (1)"));
        var read = await Sql.FailsAsync(() => source.ScalarAsync("SELECT * FROM hidden"));
        await using var owner = new MariaDbDataSource(database.Settings);
        await using var owning = await owner.OpenConnectionAsync(Sql.Cancellation);
        await owning.ExecuteAsync("START TRANSACTION READ ONLY");
        var inside = await Sql.FailsAsync(() => owning.ExecuteAsync("INSERT INTO kept VALUES (1)"));

        Assert.Equal((1142, true, false), (write.Number, write.ReadOnly, write.AccessDenied));
        Assert.Equal((1142, false, true), (read.Number, read.ReadOnly, read.AccessDenied));
        Assert.Equal((1792, true), (inside.Number, inside.ReadOnly));
    }

    [Fact]
    public async Task Too_many_connections_is_worth_another_try()
    {
        database.Server.Execute("CREATE OR REPLACE USER single WITH MAX_USER_CONNECTIONS 1; GRANT SELECT ON facts.* TO single;");
        await using var source = new MariaDbDataSource(database.Settings with { User = "single", Password = "" });
        await using var first = await source.OpenConnectionAsync(Sql.Cancellation);

        var failure = await Sql.FailsAsync(async () => await source.OpenConnectionAsync(Sql.Cancellation));

        Assert.Equal((MariaDbFailure.Overloaded, true), (failure.Failure, failure.IsTransient));
        Assert.Equal("still here", await first.ScalarAsync("SELECT 'still here'"));
    }

    private static async Task<MariaDbException> OpenFailsAsync(MariaDbConnectionSettings settings)
    {
        await using var source = new MariaDbDataSource(settings);
        return await Sql.FailsAsync(async () => await source.OpenConnectionAsync(Sql.Cancellation));
    }
}
