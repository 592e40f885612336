using System.Globalization;
using System.Text;
using Firstlight.Inventory.MariaDb;
using Firstlight.Inventory.MariaDb.Native;

namespace Firstlight.Inventory.Tests.MariaDb;

/// <summary>The structures that the client library and we both read and write must lie as its headers say.</summary>
[Collection(MariaDbCollection.Name)]
public sealed class LayoutTests(RunningDatabase database)
{
    [Fact]
    public unsafe void Structures_have_the_sizes_and_offsets_that_the_C_compiler_gives_them()
    {
        MysqlBind bind;
        MysqlField field;
        MysqlTime time;

        Assert.Equal((112, 128, 40), (sizeof(MysqlBind), sizeof(MysqlField), sizeof(MysqlTime)));
        Assert.Equal(
            [0, 8, 16, 24, 64, 96, 101],
            From(&bind, &bind.Length, &bind.IsNull, &bind.Buffer, &bind.Error, &bind.BufferLength, &bind.BufferType, &bind.IsUnsigned));
        Assert.Equal(
            [0, 56, 72, 100, 108, 112], From(&field, &field.Name, &field.Length, &field.NameLength, &field.Flags, &field.CharsetNumber, &field.Type));
        Assert.Equal(
            [0, 4, 8, 12, 16, 20, 24, 32, 36],
            From(&time, &time.Year, &time.Month, &time.Day, &time.Hour, &time.Minute, &time.Second, &time.Microsecond, &time.Negative, &time.Kind));
    }

    // One wrong offset or size shifts every bind after the first, and flags and lengths land in their neighbours.
    [Fact]
    public async Task A_wide_row_of_every_kind_of_parameter_comes_back_value_by_value()
    {
        await using var source = new MariaDbDataSource(database.Settings);
        await using var connection = await source.OpenConnectionAsync(Sql.Cancellation);
        var sent = Enumerable.Range(0, 12).SelectMany(Kinds).ToArray();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT " + string.Join(", ", sent.Select(v => Cast(v)));
        foreach (var value in sent)
        {
            var parameter = command.CreateParameter();
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        await using var reader = await command.ExecuteReaderAsync(Sql.Cancellation);
        Assert.True(await reader.ReadAsync(Sql.Cancellation));

        Assert.Equal(sent.Length, reader.FieldCount);
        for (var i = 0; i < sent.Length; i++) Assert.Equal(sent[i] ?? DBNull.Value, reader.GetValue(i));
        Assert.False(await reader.ReadAsync(Sql.Cancellation));
    }

    // As bits they are alike; only the flag in its right place tells the server which is meant.
    [Fact]
    public async Task The_largest_unsigned_number_is_not_taken_for_minus_one()
    {
        await using var source = new MariaDbDataSource(database.Settings);

        Assert.Equal("18446744073709551615", await source.ScalarAsync("SELECT CAST(@n AS CHAR)", ("n", ulong.MaxValue)));
        Assert.Equal("-1", await source.ScalarAsync("SELECT CAST(@n AS CHAR)", ("n", -1L)));
    }

    private static object?[] Kinds(int i) =>
    [
        (long)i - 6,
        ulong.MaxValue - (ulong)i,
        null,
        "text " + new string('é', i * 10),
        Encoding.UTF8.GetBytes("bytes " + i.ToString(CultureInfo.InvariantCulture)),
        1.5 * i,
        new DateTime(2000 + i, 1 + i, 2 + i, 3 + i, 4 + i, 5 + i).AddMicroseconds(123_456 + i),
        new TimeSpan(0, 100 + i, 20 + i, 30 + i) * (i % 2 == 0 ? 1 : -1),
    ];

    private static string Cast(object? value) => value switch
    {
        long => "CAST(? AS SIGNED)",
        ulong => "CAST(? AS UNSIGNED)",
        double => "CAST(? AS DOUBLE)",
        DateTime => "CAST(? AS DATETIME(6))",
        TimeSpan => "CAST(? AS TIME(6))",
        byte[] => "CAST(? AS BINARY)",
        _ => "CAST(? AS CHAR)",
    };

    private static unsafe long[] From(void* start, params void*[] members)
    {
        var offsets = new long[members.Length];
        for (var i = 0; i < members.Length; i++) offsets[i] = (byte*)members[i] - (byte*)start;
        return offsets;
    }
}
