using System.Diagnostics.CodeAnalysis;
using System.Text;
using Firstlight.Inventory.MariaDb.Native;

namespace Firstlight.Inventory.MariaDb.Statements;

/// <summary>How the values of a column are fetched and kept.</summary>
internal enum ColumnKind
{
    Integer,
    Float,
    Double,
    Decimal,
    DateTime,
    Time,
    Text,
    Bytes,
    Bits,
}

/// <summary>One column of a result.</summary>
/// <param name="Name">As the statement calls it.</param>
/// <param name="Type">The server's type.</param>
/// <param name="IsUnsigned">Of integers.</param>
/// <param name="IsBinary">Bytes and not characters.</param>
/// <param name="IsBoolean">A signed <c>tinyint(1)</c>, which is what <c>BOOLEAN</c> makes.</param>
internal sealed record Column(string Name, FieldType Type, bool IsUnsigned, bool IsBinary, bool IsBoolean)
{
    // UNSIGNED_FLAG of mariadb_com.h and the collation number of binary.
    private const uint UnsignedFlag = 32;
    private const uint BinaryCollation = 63;

    public ColumnKind Kind { get; } = KindOf(Type, IsBinary);

    /// <summary>What the library converts the column to in a row; text and bytes are only measured there, and fetched by their length.</summary>
    public FieldType BoundAs => Kind switch
    {
        ColumnKind.Integer => FieldType.LongLong,
        ColumnKind.Float => FieldType.Float,
        ColumnKind.Double => FieldType.Double,
        ColumnKind.DateTime => FieldType.DateTime,
        ColumnKind.Time => FieldType.Time,
        _ => FieldType.Blob,
    };

    /// <summary>What <c>GetValue</c> returns.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    public Type ClrType => Kind switch
    {
        ColumnKind.Integer => IsBoolean ? typeof(bool) : IntegerType(),
        ColumnKind.Float => typeof(float),
        ColumnKind.Double => typeof(double),
        ColumnKind.Decimal => typeof(decimal),
        ColumnKind.DateTime => typeof(DateTime),
        ColumnKind.Time => typeof(TimeSpan),
        ColumnKind.Text => typeof(string),
        ColumnKind.Bits => typeof(ulong),
        _ => typeof(byte[]),
    };

    /// <summary>The server's name of the type, such as <c>MEDIUMBLOB</c>.</summary>
    public string TypeName => (Type, IsUnsigned) switch
    {
        (FieldType.Tiny, _) => "TINYINT",
        (FieldType.Short, _) => "SMALLINT",
        (FieldType.Int24, _) => "MEDIUMINT",
        (FieldType.Long, _) => "INT",
        (FieldType.LongLong, _) => "BIGINT",
        (FieldType.NewDecimal, _) => "DECIMAL",
        _ => Type.ToString().ToUpperInvariant(),
    };

    public static unsafe Column Of(MysqlField* field) => new(
        Encoding.UTF8.GetString(field->Name, (int)field->NameLength),
        field->Type,
        (field->Flags & UnsignedFlag) != 0,
        field->CharsetNumber == BinaryCollation,
        field->Type == FieldType.Tiny && field->Length == 1 && (field->Flags & UnsignedFlag) == 0);

    /// <summary>Whether this still describes <paramref name="field"/>; a table may be altered between two executions of a statement.</summary>
    public unsafe bool Describes(MysqlField* field)
    {
        if (field->Type != Type || ((field->Flags & UnsignedFlag) != 0) != IsUnsigned || (field->CharsetNumber == BinaryCollation) != IsBinary) return false;
        if (IsBoolean != (Type == FieldType.Tiny && field->Length == 1 && !IsUnsigned)) return false;
        var name = new ReadOnlySpan<byte>(field->Name, (int)field->NameLength);
        Span<char> characters = stackalloc char[name.Length <= 512 ? name.Length : 0];
        return characters.Length == name.Length && Name.AsSpan().SequenceEqual(characters[..Encoding.UTF8.GetChars(name, characters)]);
    }

    private static ColumnKind KindOf(FieldType type, bool isBinary) => type switch
    {
        FieldType.Tiny or FieldType.Short or FieldType.Int24 or FieldType.Long or FieldType.LongLong or FieldType.Year => ColumnKind.Integer,
        FieldType.Float => ColumnKind.Float,
        FieldType.Double => ColumnKind.Double,
        FieldType.Decimal or FieldType.NewDecimal => ColumnKind.Decimal,
        FieldType.Date or FieldType.NewDate or FieldType.DateTime or FieldType.Timestamp => ColumnKind.DateTime,
        FieldType.Time => ColumnKind.Time,
        FieldType.Bit => ColumnKind.Bits,
        FieldType.Geometry => ColumnKind.Bytes,
        FieldType.Json => ColumnKind.Text,
        _ => isBinary ? ColumnKind.Bytes : ColumnKind.Text,
    };

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)]
    private Type IntegerType() => (Type, IsUnsigned) switch
    {
        (FieldType.Tiny, false) => typeof(sbyte),
        (FieldType.Tiny, true) => typeof(byte),
        (FieldType.Short, false) => typeof(short),
        (FieldType.Short, true) => typeof(ushort),
        (FieldType.Year, _) => typeof(short),
        (FieldType.LongLong, false) => typeof(long),
        (FieldType.LongLong, true) => typeof(ulong),
        (_, true) => typeof(uint),
        _ => typeof(int),
    };
}
