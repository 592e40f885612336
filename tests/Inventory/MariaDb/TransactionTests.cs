using System.Data;
using Firstlight.Inventory.MariaDb;

namespace Firstlight.Inventory.Tests.MariaDb;

[Collection(MariaDbCollection.Name)]
public sealed class TransactionTests(RunningDatabase database) : IAsyncLifetime
{
    private readonly MariaDbDataSource _source = new(database.Settings);

    [Fact]
    public async Task What_is_committed_stays_and_the_rest_never_was()
    {
        await using (var connection = await _source.OpenConnectionAsync(Sql.Cancellation))
        {
            await using (var kept = await connection.BeginTransactionAsync(IsolationLevel.Serializable, Sql.Cancellation))
            {
                await connection.ExecuteAsync("INSERT INTO ledger VALUES (1)");
                await kept.CommitAsync(Sql.Cancellation);
                await Assert.ThrowsAsync<InvalidOperationException>(() => kept.CommitAsync(Sql.Cancellation));
            }
            await using (var undone = await connection.BeginTransactionAsync(Sql.Cancellation))
            {
                await connection.ExecuteAsync("INSERT INTO ledger VALUES (2)");
                await undone.RollbackAsync(Sql.Cancellation);
            }
            await using (await connection.BeginTransactionAsync(Sql.Cancellation))
            {
                await connection.ExecuteAsync("INSERT INTO ledger VALUES (3)");
            }
            using (connection.BeginTransaction())
            {
                await connection.ExecuteAsync("INSERT INTO ledger VALUES (4)");
            }
        }

        Assert.Equal("1", await _source.ScalarAsync("SELECT GROUP_CONCAT(n) FROM ledger"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_goes_back_without_the_transaction_it_was_left_in(bool async)
    {
        var connection = await _source.OpenConnectionAsync(Sql.Cancellation);
        var session = await connection.ScalarAsync("SELECT CONNECTION_ID()");
        await connection.ExecuteAsync("START TRANSACTION");
        await connection.ExecuteAsync("INSERT INTO ledger VALUES (9)");
        if (async) await connection.CloseAsync();
        else connection.Close();

        Assert.Equal(0L, await _source.ScalarAsync("SELECT COUNT(*) FROM ledger WHERE n = 9"));
        Assert.Equal(session, await _source.ScalarAsync("SELECT CONNECTION_ID()"));
    }

    [Fact]
    public async Task A_second_transaction_inside_the_first_is_refused_and_does_not_commit_it()
    {
        await using var connection = await _source.OpenConnectionAsync(Sql.Cancellation);
        await using var first = await connection.BeginTransactionAsync(Sql.Cancellation);
        await connection.ExecuteAsync("INSERT INTO ledger VALUES (5)");
        await Sql.FailsAsync(async () => await connection.BeginTransactionAsync(Sql.Cancellation));
        await first.RollbackAsync(Sql.Cancellation);

        Assert.Equal(0L, await connection.ScalarAsync("SELECT COUNT(*) FROM ledger WHERE n = 5"));
    }

    [Fact]
    public async Task A_lock_held_too_long_is_worth_another_try()
    {
        await _source.ExecuteAsync("INSERT INTO ledger VALUES (6)");
        await using var one = await _source.OpenConnectionAsync(Sql.Cancellation);
        await using var other = await _source.OpenConnectionAsync(Sql.Cancellation);
        await using var transaction = await one.BeginTransactionAsync(Sql.Cancellation);
        await one.ExecuteAsync("UPDATE ledger SET n = 7 WHERE n = 6");
        await other.ExecuteAsync("SET innodb_lock_wait_timeout = 1");

        var failure = await Sql.FailsAsync(() => other.ExecuteAsync("UPDATE ledger SET n = 8 WHERE n = 6"));

        Assert.Equal((MariaDbFailure.Locked, true, false), (failure.Failure, failure.IsTransient, failure.ConnectionLost));
    }

    public async ValueTask InitializeAsync() => await _source.ExecuteAsync("CREATE OR REPLACE TABLE ledger (n INT)");

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
