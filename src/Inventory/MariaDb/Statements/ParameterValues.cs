using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Inventory.MariaDb.Native;

namespace Firstlight.Inventory.MariaDb.Statements;

/// <summary>The values of one execution, copied out of the caller's parameters in the shape that the library reads, before another thread sends them.</summary>
internal sealed class ParameterValues
{
    public static readonly ParameterValues None = new([]);

    // A lone surrogate would otherwise turn into another character on its way, silently.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Value[] _values;
    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    private ParameterValues(Value[] values)
    {
        _values = values;
        // Never nothing: the library reads a null pointer as NULL, and an empty text alone would have one.
        _bytes.GetSpan(8);
        _bytes.Advance(8);
    }

    public int Count => _values.Length;

    /// <param name="placeholders">As <see cref="SqlText.Placeholders"/> has them.</param>
    /// <param name="parameters">The caller's; those that no placeholder names are ignored.</param>
    /// <exception cref="ArgumentException">A placeholder has no parameter, or a value has no form that the server knows.</exception>
    public static ParameterValues Of(string?[] placeholders, DbParameterCollection parameters)
    {
        if (placeholders.Length == 0) return None;
        var values = new ParameterValues(new Value[placeholders.Length]);
        for (var i = 0; i < placeholders.Length; i++)
        {
            var name = placeholders[i];
            var index = name is null ? i : parameters.IndexOf(name);
            if (index < 0 || index >= parameters.Count)
                throw new ArgumentException(name is null ? $"placeholder {i + 1} has no parameter" : $"placeholder @{name} has no parameter");
            values._values[i] = values.Add(parameters[index].Value);
        }
        return values;
    }

    /// <summary>Runs <paramref name="use"/> with the parameters laid out; the pointers hold only inside it.</summary>
    public unsafe void Pin(PinnedAction use)
    {
        var lengths = new nuint[_values.Length];
        var binds = new MysqlBind[_values.Length];
        fixed (byte* bytes = _bytes.WrittenSpan)
        fixed (nuint* length = lengths)
        fixed (MysqlBind* bind = binds)
        {
            for (var i = 0; i < _values.Length; i++)
            {
                var value = _values[i];
                length[i] = (nuint)value.Length;
                bind[i] = new MysqlBind
                {
                    BufferType = value.Type,
                    Buffer = bytes + value.Offset,
                    BufferLength = (nuint)value.Length,
                    Length = length + i,
                    IsUnsigned = value.IsUnsigned ? (byte)1 : (byte)0,
                };
            }
            use(bind);
        }
    }

    private Value Add(object? value) => value switch
    {
        null or DBNull => new Value(FieldType.Null, 0, 0),
        string text => Text(text),
        char character => Text(character.ToString()),
        byte[] bytes => Blob(bytes),
        ReadOnlyMemory<byte> bytes => Blob(bytes.Span),
        Memory<byte> bytes => Blob(bytes.Span),
        ArraySegment<byte> bytes => Blob(bytes),
        bool yes => Integer(yes ? 1 : 0),
        sbyte n => Integer(n),
        byte n => Integer(n),
        short n => Integer(n),
        ushort n => Integer(n),
        int n => Integer(n),
        uint n => Integer(n),
        long n => Integer(n),
        ulong n => Integer((long)n) with { IsUnsigned = true },
        // As a float, the server would widen it digit by digit: 0.1f becomes 0.10000000149.
        float n => Fixed(FieldType.Double, double.Parse(n.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)),
        double n => Fixed(FieldType.Double, n),
        decimal n => Text(n.ToString(CultureInfo.InvariantCulture)),
        Guid id => Text(id.ToString()),
        DateTime time => Fixed(FieldType.DateTime, Times.ToServer(time)),
        DateTimeOffset time => Fixed(FieldType.DateTime, Times.ToServer(time.UtcDateTime)),
        DateOnly date => Fixed(FieldType.Date, Times.ToServer(date)),
        TimeOnly time => Fixed(FieldType.Time, Times.ToServer(time.ToTimeSpan())),
        TimeSpan time => Fixed(FieldType.Time, Times.ToServer(time)),
        Enum => throw new ArgumentException($"a parameter is of the enumeration {value.GetType()}: say whether its name or its number is meant"),
        _ => throw new ArgumentException($"a parameter is of the type {value.GetType()}, which has no form in SQL here"),
    };

    private Value Integer(long value) => Fixed(FieldType.LongLong, value);

    private Value Fixed<T>(FieldType type, T value)
        where T : unmanaged
    {
        var offset = Aligned();
        var span = _bytes.GetSpan(Marshal.SizeOf<MysqlTime>());
        MemoryMarshal.Write(span, in value);
        var length = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).Length;
        _bytes.Advance(length);
        return new Value(type, offset, length);
    }

    private Value Text(string text)
    {
        var offset = Aligned();
        Strict.GetBytes(text, _bytes);
        return new Value(FieldType.String, offset, _bytes.WrittenCount - offset);
    }

    private Value Blob(ReadOnlySpan<byte> bytes)
    {
        var offset = Aligned();
        _bytes.Write(bytes);
        return new Value(FieldType.Blob, offset, bytes.Length);
    }

    private int Aligned()
    {
        var padding = -_bytes.WrittenCount & 7;
        _bytes.GetSpan(8);
        _bytes.Advance(padding);
        return _bytes.WrittenCount;
    }

    private readonly record struct Value(FieldType Type, int Offset, int Length, bool IsUnsigned = false);

    /// <summary>Gets as many binds as there are values.</summary>
    public unsafe delegate void PinnedAction(MysqlBind* binds);
}
