using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Firstlight.Inventory.MariaDb.Statements;

namespace Firstlight.Inventory.MariaDb;

/// <remarks>
/// Integers are read by any integer getter that has room for them, decimals without a fraction too (sums are decimals). <c>GetValue</c> returns a type
/// fit for the column: <c>tinyint(1)</c> is <see cref="bool"/>, <c>bit</c> is <see cref="ulong"/>, <c>char(36)</c> stays text.
/// </remarks>
internal sealed partial class MariaDbDataReader
{
    public override object this[int ordinal] => GetValue(ordinal);

    public override object this[string name] => GetValue(GetOrdinal(name));

    public override string GetName(int ordinal) => Columns[ordinal].Name;

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public override Type GetFieldType(int ordinal) => Columns[ordinal].ClrType;

    public override string GetDataTypeName(int ordinal) => Columns[ordinal].TypeName;

    public override int GetOrdinal(string name)
    {
        var columns = Columns;
        var index = Array.FindIndex(columns, c => c.Name == name);
        if (index < 0) index = Array.FindIndex(columns, c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
        return index >= 0 ? index : throw new ArgumentOutOfRangeException(nameof(name), $"the result has no column {name}");
    }

    public override bool IsDBNull(int ordinal) => At(ordinal).IsNull;

    public override bool GetBoolean(int ordinal) => Integer<long>(ordinal) != 0;

    public override byte GetByte(int ordinal) => Integer<byte>(ordinal);

    public override short GetInt16(int ordinal) => Integer<short>(ordinal);

    public override int GetInt32(int ordinal) => Integer<int>(ordinal);

    public override long GetInt64(int ordinal) => Integer<long>(ordinal);

    public override float GetFloat(int ordinal) => (float)GetDouble(ordinal);

    public override double GetDouble(int ordinal)
    {
        ref readonly var cell = ref Value(ordinal);
        return Columns[ordinal].Kind switch
        {
            ColumnKind.Float or ColumnKind.Double => cell.AsDouble,
            ColumnKind.Decimal => double.Parse(Bytes(cell), NumberStyles.Float, CultureInfo.InvariantCulture),
            ColumnKind.Integer => Columns[ordinal].IsUnsigned ? (ulong)cell.Bits : cell.Bits,
            _ => throw NotA("number", ordinal),
        };
    }

    public override decimal GetDecimal(int ordinal)
    {
        ref readonly var cell = ref Value(ordinal);
        return Columns[ordinal].Kind switch
        {
            ColumnKind.Decimal => decimal.Parse(Bytes(cell), NumberStyles.Float, CultureInfo.InvariantCulture),
            ColumnKind.Integer => Columns[ordinal].IsUnsigned ? (ulong)cell.Bits : cell.Bits,
            ColumnKind.Float or ColumnKind.Double => (decimal)cell.AsDouble,
            _ => throw NotA("number", ordinal),
        };
    }

    /// <summary>Of text; of decimals too, whose digits may be more than <see cref="decimal"/> holds.</summary>
    public override string GetString(int ordinal)
    {
        ref readonly var cell = ref Value(ordinal);
        return Columns[ordinal].Kind is ColumnKind.Text or ColumnKind.Decimal ? Encoding.UTF8.GetString(Bytes(cell)) : throw NotA("text", ordinal);
    }

    public override char GetChar(int ordinal) => GetString(ordinal) is [var first, ..] ? first : throw NotA("character", ordinal);

    /// <summary>As the server keeps it, of no particular time zone. A date that is none (<c>0000-00-00</c>) has no value here.</summary>
    public override DateTime GetDateTime(int ordinal)
    {
        ref readonly var cell = ref Value(ordinal);
        if (Columns[ordinal].Kind != ColumnKind.DateTime || cell.Bits == Times.NoDate) throw NotA("date", ordinal);
        return new DateTime(cell.Bits, DateTimeKind.Unspecified);
    }

    public override Guid GetGuid(int ordinal) => Guid.TryParse(GetString(ordinal), out var id) ? id : throw NotA("UUID", ordinal);

    /// <summary>Over the bytes of text or a blob as they came; valid as long as anyone holds it.</summary>
    public override Stream GetStream(int ordinal)
    {
        ref readonly var cell = ref Value(ordinal);
        return Columns[ordinal].Kind is ColumnKind.Text or ColumnKind.Bytes ? _step.Rows!.Open(cell) : throw NotA("text or blob", ordinal);
    }

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length)
    {
        ref readonly var cell = ref Value(ordinal);
        if (Columns[ordinal].Kind is not (ColumnKind.Bytes or ColumnKind.Text)) throw NotA("text or blob", ordinal);
        return buffer is null ? cell.Length : Copy(Bytes(cell), dataOffset, buffer.AsSpan(bufferOffset, length));
    }

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length)
    {
        var text = GetString(ordinal);
        return buffer is null ? text.Length : Copy(text.AsSpan(), dataOffset, buffer.AsSpan(bufferOffset, length));
    }

    public override object GetValue(int ordinal)
    {
        ref readonly var cell = ref At(ordinal);
        if (cell.IsNull) return DBNull.Value;
        var column = Columns[ordinal];
        return column.Kind switch
        {
            ColumnKind.Integer => column.IsBoolean ? cell.Bits != 0 : BoxedInteger(column.ClrType, cell.Bits),
            ColumnKind.Float => (float)cell.AsDouble,
            ColumnKind.Double => cell.AsDouble,
            ColumnKind.Decimal => GetDecimal(ordinal),
            ColumnKind.DateTime => GetDateTime(ordinal),
            ColumnKind.Time => new TimeSpan(cell.Bits),
            ColumnKind.Text => Encoding.UTF8.GetString(Bytes(cell)),
            ColumnKind.Bits => BitField(cell),
            _ => Bytes(cell).ToArray(),
        };
    }

    public override int GetValues(object[] values)
    {
        var count = Math.Min(values.Length, FieldCount);
        for (var i = 0; i < count; i++) values[i] = GetValue(i);
        return count;
    }

    public override T GetFieldValue<T>(int ordinal)
    {
        if (typeof(T) == typeof(long)) return As<long, T>(Integer<long>(ordinal));
        if (typeof(T) == typeof(int)) return As<int, T>(Integer<int>(ordinal));
        if (typeof(T) == typeof(ulong)) return As<ulong, T>(Integer<ulong>(ordinal));
        if (typeof(T) == typeof(uint)) return As<uint, T>(Integer<uint>(ordinal));
        if (typeof(T) == typeof(bool)) return As<bool, T>(GetBoolean(ordinal));
        if (typeof(T) == typeof(double)) return As<double, T>(GetDouble(ordinal));
        if (typeof(T) == typeof(decimal)) return As<decimal, T>(GetDecimal(ordinal));
        if (typeof(T) == typeof(Guid)) return As<Guid, T>(GetGuid(ordinal));
        if (typeof(T) == typeof(DateOnly)) return As<DateOnly, T>(DateOnly.FromDateTime(GetDateTime(ordinal)));
        if (typeof(T) == typeof(Stream)) return (T)(object)GetStream(ordinal);
        return (T)GetValue(ordinal);
    }

    private static TTo As<TFrom, TTo>(TFrom value)
        where TFrom : struct => Unsafe.As<TFrom, TTo>(ref value);

    private static object BoxedInteger(Type type, long bits) => Type.GetTypeCode(type) switch
    {
        TypeCode.SByte => (sbyte)bits,
        TypeCode.Byte => (byte)bits,
        TypeCode.Int16 => (short)bits,
        TypeCode.UInt16 => (ushort)bits,
        TypeCode.UInt32 => (uint)bits,
        TypeCode.Int64 => bits,
        TypeCode.UInt64 => (ulong)bits,
        _ => (int)bits,
    };

    private static int Copy<T>(ReadOnlySpan<T> from, long offset, Span<T> to)
    {
        if (offset >= from.Length) return 0;
        var rest = from[(int)offset..];
        if (rest.Length > to.Length) rest = rest[..to.Length];
        rest.CopyTo(to);
        return rest.Length;
    }

    private T Integer<T>(int ordinal)
        where T : struct, System.Numerics.INumber<T>
    {
        ref readonly var cell = ref Value(ordinal);
        var column = Columns[ordinal];
        return column.Kind switch
        {
            ColumnKind.Integer => column.IsUnsigned ? T.CreateChecked((ulong)cell.Bits) : T.CreateChecked(cell.Bits),
            ColumnKind.Bits => T.CreateChecked(BitField(cell)),
            ColumnKind.Decimal when GetDecimal(ordinal) is var number && decimal.IsInteger(number) => T.CreateChecked(number),
            _ => throw NotA("whole number", ordinal),
        };
    }

    // Most significant byte first, as many as the column has.
    private ulong BitField(in Cell cell)
    {
        var bits = 0UL;
        foreach (var b in Bytes(cell)) bits = (bits << 8) | b;
        return bits;
    }

    private ReadOnlySpan<byte> Bytes(in Cell cell) => _step.Rows!.Bytes(cell);

    private ref readonly Cell At(int ordinal)
    {
        RequireOpen();
        var rows = _step.Rows;
        if (rows is null || _row < 0 || _row >= rows.Rows) throw new InvalidOperationException("there is no current row");
        ArgumentOutOfRangeException.ThrowIfNegative(ordinal);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(ordinal, rows.Columns.Length);
        return ref rows.At(_row, ordinal);
    }

    private ref readonly Cell Value(int ordinal)
    {
        ref readonly var cell = ref At(ordinal);
        if (cell.IsNull) throw new InvalidCastException($"column {Columns[ordinal].Name} is NULL");
        return ref cell;
    }

    private InvalidCastException NotA(string wanted, int ordinal) => new($"column {Columns[ordinal].Name} ({Columns[ordinal].TypeName}) holds no {wanted}");
}
