using System.Runtime.InteropServices;

namespace Firstlight.Inventory.MariaDb.Native;

/// <summary><c>MYSQL_BIND</c> of <c>mariadb_stmt.h</c> (Connector/C 3, x86_64): where one parameter or one column of a row lies in memory.</summary>
/// <remarks>
/// The offsets are what <c>offsetof</c> printed for libmariadb-dev 10.11.19. The function pointers and the members between <c>flags</c> and
/// <c>extension</c> that are not named here belong to the library; they start as zero. Arrays of it are passed, so the size is part of the contract.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 112)]
internal unsafe struct MysqlBind
{
    /// <summary>In: bytes of the parameter. Out: bytes of the whole value, however little fitted.</summary>
    [FieldOffset(0)] public nuint* Length;

    /// <summary>One byte (<c>my_bool</c>), 1 for NULL.</summary>
    [FieldOffset(8)] public byte* IsNull;

    [FieldOffset(16)] public void* Buffer;

    /// <summary>One byte, 1 when the value did not fit.</summary>
    [FieldOffset(24)] public byte* Error;

    [FieldOffset(64)] public nuint BufferLength;

    [FieldOffset(96)] public FieldType BufferType;

    [FieldOffset(101)] public byte IsUnsigned;
}

/// <summary><c>MYSQL_FIELD</c> of <c>mysql.h</c> (x86_64): one column of a result.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal unsafe struct MysqlField
{
    [FieldOffset(0)] public byte* Name;

    /// <summary>Display width in bytes; 1 for <c>tinyint(1)</c>.</summary>
    [FieldOffset(56)] public nuint Length;

    [FieldOffset(72)] public uint NameLength;

    [FieldOffset(100)] public uint Flags;

    /// <summary>Collation; 63 is binary.</summary>
    [FieldOffset(108)] public uint CharsetNumber;

    [FieldOffset(112)] public FieldType Type;
}

/// <summary><c>MYSQL_TIME</c> of <c>mysql.h</c> (x86_64).</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct MysqlTime
{
    [FieldOffset(0)] public uint Year;
    [FieldOffset(4)] public uint Month;
    [FieldOffset(8)] public uint Day;

    /// <summary>Hours; of a TIME up to 838.</summary>
    [FieldOffset(12)] public uint Hour;

    [FieldOffset(16)] public uint Minute;
    [FieldOffset(20)] public uint Second;
    [FieldOffset(24)] public nuint Microsecond;
    [FieldOffset(32)] public byte Negative;

    /// <summary>enum enum_mysql_timestamp_type: 0 a date, 1 a date and time, 2 a time.</summary>
    [FieldOffset(36)] public int Kind;
}

/// <summary><c>enum enum_field_types</c> of <c>mariadb_com.h</c>.</summary>
internal enum FieldType
{
    Decimal = 0,
    Tiny = 1,
    Short = 2,
    Long = 3,
    Float = 4,
    Double = 5,
    Null = 6,
    Timestamp = 7,
    LongLong = 8,
    Int24 = 9,
    Date = 10,
    Time = 11,
    DateTime = 12,
    Year = 13,
    NewDate = 14,
    VarChar = 15,
    Bit = 16,
    Json = 245,
    NewDecimal = 246,
    Enum = 247,
    Set = 248,
    TinyBlob = 249,
    MediumBlob = 250,
    LongBlob = 251,
    Blob = 252,
    VarString = 253,
    String = 254,
    Geometry = 255,
}
