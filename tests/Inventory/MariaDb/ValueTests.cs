using System.Data.Common;
using Firstlight.Inventory.MariaDb;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.MariaDb;

[Collection(MariaDbCollection.Name)]
public sealed class ValueTests(RunningDatabase database) : IAsyncLifetime
{
    private readonly MariaDbDataSource _source = new(database.Settings);
    private DbConnection _connection = null!;

    public static TheoryData<string, string, object> Columns => new()
    {
        { "TINYINT", "-128", (sbyte)-128 },
        { "TINYINT UNSIGNED", "255", (byte)255 },
        { "BOOLEAN", "1", true },
        { "SMALLINT", "-32768", short.MinValue },
        { "SMALLINT UNSIGNED", "65535", ushort.MaxValue },
        { "MEDIUMINT", "-8388608", -8388608 },
        { "MEDIUMINT UNSIGNED", "16777215", 16777215u },
        { "INT", "-2147483648", int.MinValue },
        { "INT UNSIGNED", "4294967295", uint.MaxValue },
        { "BIGINT", "-9223372036854775808", long.MinValue },
        { "BIGINT UNSIGNED", "18446744073709551615", ulong.MaxValue },
        { "YEAR", "2026", (short)2026 },
        { "FLOAT", "0.1", 0.1f },
        { "DOUBLE", "0.1", 0.1 },
        { "DECIMAL(28,10)", "'-123456789012345678.0123456789'", -123456789012345678.0123456789m },
        { "BIT(12)", "b'101010101010'", 0b1010_1010_1010ul },
        { "DATE", "'2026-11-21'", new DateTime(2026, 11, 21) },
        { "DATETIME(6)", "'2026-11-21 01:02:03.456789'", new DateTime(2026, 11, 21, 1, 2, 3).AddMicroseconds(456_789) },
        { "TIMESTAMP(3) NULL", "'2026-11-21 01:02:03.456'", new DateTime(2026, 11, 21, 1, 2, 3, 456) },
        { "TIME(6)", "'-838:59:58.999999'", -(new TimeSpan(0, 838, 59, 58) + TimeSpan.FromMicroseconds(999_999)) },
        { "CHAR(36)", "'d8a461a0-fe4a-4cd3-9f15-28cd1ed50e7f'", "d8a461a0-fe4a-4cd3-9f15-28cd1ed50e7f" },
        { "VARCHAR(255)", "'vm'", "vm" },
        { "VARCHAR(255) CHARACTER SET latin1", "'Grün'", "Grün" },
        { "VARCHAR(255) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin", "'Grün'", "Grün" },
        { "MEDIUMTEXT", "'{}'", "{}" },
        { "LONGTEXT", "'😀 𝄞 ‮'", "😀 𝄞 ‮" },
        { "TINYTEXT", "''", "" },
        { "JSON", "'{\"a\": 1}'", "{\"a\": 1}" },
        { "ENUM('image','volume')", "'volume'", "volume" },
        { "SET('a','b')", "'a,b'", "a,b" },
        { "BINARY(3)", "x'00ff'", new byte[] { 0, 255, 0 } },
        { "VARBINARY(16)", "x'00ff'", new byte[] { 0, 255 } },
        { "LONGBLOB", "x'0001'", new byte[] { 0, 1 } },
    };

    [Theory]
    [MemberData(nameof(Columns))]
    public async Task A_column_gives_its_value_its_type_and_null(string type, string literal, object expected)
    {
        await _connection.ExecuteAsync("DROP TEMPORARY TABLE IF EXISTS one");
        await _connection.ExecuteAsync($"CREATE TEMPORARY TABLE one (id INT, v {type})");
        await _connection.ExecuteAsync($"INSERT INTO one VALUES (1, {literal}), (2, NULL), (3, {literal})");

        await using var command = _connection.CreateCommand().With("SELECT v AS `wért` FROM one ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync(Sql.Cancellation);
        var values = new List<object>();
        while (await reader.ReadAsync(Sql.Cancellation))
        {
            Assert.Equal(reader.GetValue(0) is DBNull, reader.IsDBNull(0));
            values.Add(reader["wért"]);
        }

        Assert.Equal([expected, DBNull.Value, expected], values);
        Assert.Equal(expected.GetType(), reader.GetFieldType(0));
    }

    [Fact]
    public async Task Typed_getters_convert_what_fits_and_refuse_the_rest()
    {
        await using var command = _connection.CreateCommand().With(
            """
            SELECT 7, CAST(300 AS UNSIGNED), SUM(n), 'd8a461a0-fe4a-4cd3-9f15-28cd1ed50e7f', NULL, 'text', CAST(18446744073709551615 AS UNSIGNED)
            FROM (SELECT 2 AS n UNION ALL SELECT 3) t
            """);
        await using var reader = await command.ExecuteReaderAsync(Sql.Cancellation);
        Assert.True(await reader.ReadAsync(Sql.Cancellation));

        Assert.Equal((7, 7L, (byte)7, true), (reader.GetInt32(0), reader.GetInt64(0), reader.GetByte(0), reader.GetBoolean(0)));
        Assert.Throws<OverflowException>(() => reader.GetByte(1));
        Assert.Equal(5, reader.GetInt64(2));
        Assert.Equal(Guid.Parse("d8a461a0-fe4a-4cd3-9f15-28cd1ed50e7f"), reader.GetGuid(3));
        Assert.Contains("NULL", Assert.Throws<InvalidCastException>(() => reader.GetString(4)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidCastException>(() => reader.GetInt64(5));
        Assert.Throws<InvalidCastException>(() => reader.GetGuid(5));
        Assert.Throws<OverflowException>(() => reader.GetInt64(6));
        Assert.Equal(ulong.MaxValue, reader.GetFieldValue<ulong>(6));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.GetValue(7));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.GetOrdinal("absent"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(65_536)]
    [InlineData(5_242_880)]
    public async Task Text_of_any_length_comes_whole_and_the_next_rows_too(int characters)
    {
        var text = string.Create(characters, 0, static (span, _) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = (char)('a' + (i % 26));
        });
        await _connection.ExecuteAsync("DROP TEMPORARY TABLE IF EXISTS big");
        await _connection.ExecuteAsync("CREATE TEMPORARY TABLE big (id INT, t LONGTEXT, after_it INT)");
        await _connection.ExecuteAsync("INSERT INTO big VALUES (1, 'small', 1), (2, @t, 2), (3, 'small again', 3), (4, @t, 4)", ("t", text));

        await using var command = _connection.CreateCommand().With("SELECT t, after_it FROM big ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync(Sql.Cancellation);
        var rows = new List<(string, int)>();
        while (await reader.ReadAsync(Sql.Cancellation)) rows.Add((reader.GetString(0), reader.GetInt32(1)));

        Assert.Equal([("small", 1), (text, 2), ("small again", 3), (text, 4)], rows);
    }

    [Fact]
    public async Task A_stream_and_its_pieces_are_the_bytes_of_the_value()
    {
        var bytes = new byte[10_000];
        new System.Random(1).NextBytes(bytes);
        await using var command = _connection.CreateCommand().With("SELECT CAST(@b AS BINARY), 'é'", ("b", bytes));
        await using var reader = await command.ExecuteReaderAsync(Sql.Cancellation);
        await reader.ReadAsync(Sql.Cancellation);

        using var copy = new MemoryStream();
        await using (var stream = reader.GetStream(0)) await stream.CopyToAsync(copy, Sql.Cancellation);
        var piece = new byte[100];

        Assert.Equal(bytes, copy.ToArray());
        Assert.Equal(10_000, reader.GetBytes(0, 0, null, 0, 0));
        Assert.Equal(50, reader.GetBytes(0, 9_950, piece, 0, 100));
        Assert.Equal(bytes[9_950..], piece[..50]);
        Assert.Equal(2, reader.GetStream(1).Length);
    }

    [Fact]
    public async Task A_date_that_is_none_is_refused_and_the_row_survives()
    {
        await _connection.ExecuteAsync("SET sql_mode = ''");
        await _connection.ExecuteAsync("DROP TEMPORARY TABLE IF EXISTS zero");
        await _connection.ExecuteAsync("CREATE TEMPORARY TABLE zero (d DATETIME, n INT)");
        await _connection.ExecuteAsync("INSERT INTO zero VALUES ('0000-00-00', 7)");

        await using var command = _connection.CreateCommand().With("SELECT d, n FROM zero");
        await using var reader = await command.ExecuteReaderAsync(Sql.Cancellation);
        await reader.ReadAsync(Sql.Cancellation);

        Assert.Throws<InvalidCastException>(() => reader.GetDateTime(0));
        Assert.Equal(7, reader.GetInt32(1));
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_refused_and_not_replaced() =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _connection.ScalarAsync("SELECT @t", ("t", "\ud83d")));

    [Fact]
    public void Any_string_comes_back_equal() => Prop.ForAll(Texts.ToArbitrary(), text => RoundTrip("LONGTEXT", text)).Check(Many);

    [Fact]
    public void Any_bytes_come_back_equal() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<byte[]>>(), bytes => RoundTrip("LONGBLOB", bytes.Get)).Check(Many);

    [Fact]
    public void Any_long_comes_back_equal() => Prop.ForAll(ArbMap.Default.ArbFor<long>(), number => RoundTrip("BIGINT", number)).Check(Many);

    [Fact]
    public void Any_double_comes_back_equal() => Prop.ForAll(ArbMap.Default.ArbFor<NormalFloat>(), number => RoundTrip("DOUBLE", number.Get)).Check(Many);

    public async ValueTask InitializeAsync() => _connection = await _source.OpenConnectionAsync(Sql.Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }

    // Every scalar value there is, so none that UTF-8 cannot carry, and as often the ones that need four bytes.
    private static Gen<string> Texts =>
        Gen.OneOf(Gen.Choose(0, 0x7f), Gen.Choose(0x80, 0xd7ff), Gen.Choose(0xe000, 0xffff), Gen.Choose(0x10000, 0x10ffff))
            .Select(char.ConvertFromUtf32).ListOf().Select(string.Concat);

    private static Config Many => Config.QuickThrowOnFailure.WithMaxTest(300);

    // Synchronously, so that this half of the driver is exercised too.
    private bool RoundTrip<T>(string type, T value)
    {
        Run($"CREATE TEMPORARY TABLE IF NOT EXISTS trip_{type} (v {type})");
        Run($"DELETE FROM trip_{type}");
        using var insert = _connection.CreateCommand().With($"INSERT INTO trip_{type} VALUES (@v)", ("@v", value));
        Assert.Equal(1, insert.ExecuteNonQuery());
        using var select = _connection.CreateCommand().With($"SELECT v FROM trip_{type}");
        Assert.Equal((object?)value, select.ExecuteScalar());
        return true;

        void Run(string text)
        {
            using var command = _connection.CreateCommand().With(text);
            command.ExecuteNonQuery();
        }
    }
}
