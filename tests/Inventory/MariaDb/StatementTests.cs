using System.Data.Common;
using System.Globalization;
using Firstlight.Inventory.MariaDb;

namespace Firstlight.Inventory.Tests.MariaDb;

[Collection(MariaDbCollection.Name)]
public sealed class StatementTests(RunningDatabase database) : IAsyncLifetime
{
    private readonly MariaDbDataSource _source = new(database.Settings with { StatementCacheSize = 8 });
    private DbConnection _connection = null!;

    [Fact]
    public async Task A_name_used_twice_and_parameters_nobody_names_are_both_fine() =>
        Assert.Equal(14L, await _connection.ScalarAsync("SELECT @a + @A + 0", ("@a", 7L), ("unused", "x")));

    [Fact]
    public async Task A_placeholder_without_a_parameter_is_named() => Assert.Equal(
        "placeholder @missing has no parameter",
        (await Assert.ThrowsAsync<ArgumentException>(() => _connection.ScalarAsync("SELECT @missing", ("a", 1)))).Message);

    [Fact]
    public async Task Counting_placeholders_otherwise_than_the_server_is_refused_before_memory_is_read()
    {
        await _connection.ExecuteAsync("SET sql_mode = 'NO_BACKSLASH_ESCAPES'");

        // In this mode the backslash is a character, and the text ends before the question mark.
        await Sql.FailsAsync(() => _connection.ScalarAsync(@"SELECT '\', ?, ''"));
        await _connection.ExecuteAsync("SET sql_mode = DEFAULT");
    }

    [Fact]
    public async Task An_update_counts_the_rows_it_found_and_a_query_counts_none()
    {
        await _connection.ExecuteAsync("CREATE TEMPORARY TABLE counted (n INT)");
        Assert.Equal(3, await _connection.ExecuteAsync("INSERT INTO counted VALUES (1), (1), (2)"));
        Assert.Equal(2, await _connection.ExecuteAsync("UPDATE counted SET n = 1 WHERE n = 1"));
        Assert.Equal(-1, await _connection.ExecuteAsync("SELECT * FROM counted"));
        Assert.Null(await _connection.ScalarAsync("SELECT n FROM counted WHERE n = 99"));
    }

    [Fact]
    public async Task Many_rows_come_in_order_and_in_pieces()
    {
        await using var command = _connection.CreateCommand().With("SELECT seq, REPEAT('x', seq % 3000) FROM seq_1_to_20000");
        await using var reader = await command.ExecuteReaderAsync(Sql.Cancellation);

        var expected = 0;
        while (await reader.ReadAsync(Sql.Cancellation))
        {
            expected++;
            Assert.Equal((expected, expected % 3000), (reader.GetInt32(0), reader.GetString(1).Length));
        }
        Assert.Equal(20_000, expected);
        Assert.Throws<InvalidOperationException>(() => reader.GetInt32(0));
    }

    [Fact]
    public async Task A_reader_left_half_way_frees_its_connection()
    {
        for (var i = 0; i < 3; i++)
        {
            await using var command = _connection.CreateCommand().With("SELECT seq FROM seq_1_to_20000");
            await using (var reader = await command.ExecuteReaderAsync(Sql.Cancellation))
            {
                Assert.True(await reader.ReadAsync(Sql.Cancellation));
                await Assert.ThrowsAsync<InvalidOperationException>(() => _connection.ScalarAsync("SELECT 1"));
            }
            Assert.Equal(i, Convert.ToInt32(await _connection.ScalarAsync("SELECT @i", ("i", i)), CultureInfo.InvariantCulture));
        }
        Assert.Equal(1, _source.Pool.Open);
    }

    [Fact]
    public async Task A_procedure_gives_all_its_results()
    {
        await _connection.ExecuteAsync("DROP PROCEDURE IF EXISTS several");
        await _connection.ExecuteAsync("CREATE PROCEDURE several() BEGIN SELECT 1 AS a; SELECT 'two' AS b, 3 AS c UNION ALL SELECT 'more', 4; END");
        for (var i = 0; i < 2; i++)
        {
            await using var command = _connection.CreateCommand().With("CALL several()");
            await using var reader = await command.ExecuteReaderAsync(Sql.Cancellation);
            Assert.True(await reader.ReadAsync(Sql.Cancellation));
            Assert.Equal(1, reader.GetInt32(0));
            Assert.True(await reader.NextResultAsync(Sql.Cancellation));
            Assert.Equal(["b", "c"], new[] { reader.GetName(0), reader.GetName(1) });
            Assert.True(await reader.ReadAsync(Sql.Cancellation));
            Assert.Equal("two", reader.GetString(0));
            // The second time it is left here.
            if (i == 1) break;
            Assert.True(await reader.ReadAsync(Sql.Cancellation));
            Assert.False(await reader.ReadAsync(Sql.Cancellation));
            while (await reader.NextResultAsync(Sql.Cancellation)) Assert.Equal(0, reader.FieldCount);
        }
        await _connection.ExecuteAsync("CALL several()");
        Assert.Equal("after", await _connection.ScalarAsync("SELECT 'after'"));
        Assert.Equal(1, _source.Pool.Open);
    }

    [Fact]
    public async Task A_column_more_than_when_it_was_prepared_costs_the_connection_and_not_the_next_caller()
    {
        const string Query = "SELECT * FROM widened";
        await _source.ExecuteAsync("CREATE OR REPLACE TABLE widened AS SELECT seq AS a FROM seq_1_to_100");
        Assert.NotNull(await _source.ScalarAsync(Query));
        await _source.ExecuteAsync("ALTER TABLE widened ADD b INT DEFAULT 5 FIRST");

        Assert.True((await Sql.FailsAsync(() => _source.ScalarAsync(Query))).ConnectionLost);

        Assert.Equal(5, await _source.ScalarAsync(Query));
    }

    [Fact]
    public async Task A_table_altered_between_two_executions_is_read_as_it_is_now()
    {
        const string Query = "SELECT * FROM altered";
        await _connection.ExecuteAsync("CREATE TEMPORARY TABLE altered (a INT)");
        await _connection.ExecuteAsync("INSERT INTO altered VALUES (1)");
        Assert.Equal(1, await _connection.ScalarAsync(Query));

        await _connection.ExecuteAsync("ALTER TABLE altered MODIFY a VARCHAR(20)");

        await using var command = _connection.CreateCommand().With(Query);
        await using var reader = await command.ExecuteReaderAsync(Sql.Cancellation);
        Assert.True(await reader.ReadAsync(Sql.Cancellation));
        Assert.Equal("1", reader.GetValue(0));
    }

    [Fact]
    public async Task A_refused_statement_says_why_in_one_line_and_the_connection_lives()
    {
        var syntax = await Sql.FailsAsync(() => _connection.ExecuteAsync("SELEC\n1"));
        Assert.Equal((1064, "42000", MariaDbFailure.Other, false), (syntax.Number, syntax.SqlState, syntax.Failure, syntax.IsTransient));
        Assert.DoesNotContain('\n', syntax.Message);

        await _connection.ExecuteAsync("CREATE TEMPORARY TABLE single (id INT PRIMARY KEY)");
        await _connection.ExecuteAsync("INSERT INTO single VALUES (@id)", ("id", 1));
        Assert.Equal(1062, (await Sql.FailsAsync(() => _connection.ExecuteAsync("INSERT INTO single VALUES (@id)", ("id", 1)))).Number);
        Assert.Equal(1, await _connection.ExecuteAsync("INSERT INTO single VALUES (@id)", ("id", 2)));
        Assert.Equal(1, _source.Pool.Open);
    }

    [Fact]
    public async Task Statements_are_prepared_once_and_only_so_many_are_kept()
    {
        var session = (await _connection.ScalarAsync("SELECT CONNECTION_ID()"))!;
        var before = await PreparedAsync();
        for (var i = 0; i < 50; i++) await _connection.ScalarAsync("SELECT @i", ("i", i));
        Assert.InRange(await PreparedAsync() - before, 1, 2);

        for (var i = 0; i < 50; i++) await _connection.ScalarAsync($"SELECT {i}");
        Assert.InRange(await OpenAsync(), 1, 8);
        Assert.Equal(session, await _connection.ScalarAsync("SELECT CONNECTION_ID()"));

        async Task<long> PreparedAsync() => Number(await StatusAsync("Com_stmt_prepare"));
        async Task<long> OpenAsync() => Number(await StatusAsync("Com_stmt_prepare")) - Number(await StatusAsync("Com_stmt_close"));
        async Task<object?> StatusAsync(string name) => await _connection.ScalarAsync(
            "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = @name", ("name", name));
        static long Number(object? value) => long.Parse((string)value!, CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Thousands_of_statements_leave_no_memory_behind()
    {
        var text = new string('x', 100_000);
        await RunAsync(1_000);
        var before = Resident();
        await RunAsync(6_000);

        // 6,000 x 100 kB each way: what leaked one result in six would show as 100 MB. Other tests of this process breathe too.
        Assert.InRange(Resident() - before, long.MinValue, 80 << 20);

        async Task RunAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var sql = i % 4 == 0 ? string.Create(CultureInfo.InvariantCulture, $"SELECT @t, {i}") : "SELECT @t, 'kept'";
                await _connection.ScalarAsync(sql, ("t", text));
                if (i % 50 == 0) await Sql.FailsAsync(() => _connection.ScalarAsync("SELECT absent"));
            }
        }

        static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            var pages = File.ReadAllText("/proc/self/statm").Split(' ')[1];
            return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
    }

    [Fact]
    public async Task Another_drivers_seam_is_enough_for_everything()
    {
        DbDataSource source = _source;
        await using var command = source.CreateCommand("SELECT @a");
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("a", "through the base classes");
        command.Parameters.Add(parameter);

        Assert.Equal("through the base classes", await command.ExecuteScalarAsync(Sql.Cancellation));
        await using var reader = await command.ExecuteReaderAsync(Sql.Cancellation);
        Assert.True(await reader.ReadAsync(Sql.Cancellation));
    }

    public async ValueTask InitializeAsync() => _connection = await _source.OpenConnectionAsync(Sql.Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }
}
