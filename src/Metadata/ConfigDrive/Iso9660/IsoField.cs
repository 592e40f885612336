using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>Forms of numbers, texts and dates inside descriptors and records (ECMA-119 7 and 8.4.26).</summary>
internal static class IsoField
{
    /// <summary>Bytes of a logical sector and of a logical block.</summary>
    public const int Sector = 2048;

    public static int Sectors(long bytes) => checked((int)((bytes + Sector - 1) / Sector));

    /// <summary>Both byte orders, 16 bits (7.2.3).</summary>
    public static void Both16(Span<byte> field, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(field, checked((ushort)value));
        BinaryPrimitives.WriteUInt16BigEndian(field[2..], checked((ushort)value));
    }

    /// <summary>Both byte orders, 32 bits (7.3.3).</summary>
    public static void Both32(Span<byte> field, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(field, value);
        BinaryPrimitives.WriteInt32BigEndian(field[4..], value);
    }

    /// <summary>Date of a record, seven bytes (9.1.5): 1900 to 2155.</summary>
    public static void ShortDate(Span<byte> field, DateTimeOffset date)
    {
        var utc = date.UtcDateTime;
        ReadOnlySpan<byte> parts =
        [
            (byte)Math.Clamp(utc.Year - 1900, 0, 255), (byte)utc.Month, (byte)utc.Day, (byte)utc.Hour, (byte)utc.Minute, (byte)utc.Second, 0,
        ];
        parts.CopyTo(field);
    }

    /// <summary>Date of a volume, digits and an offset from UTC (8.4.26.1); null says that there is none.</summary>
    public static void LongDate(Span<byte> field, DateTimeOffset? date)
    {
        var digits = date?.UtcDateTime.ToString("yyyyMMddHHmmssff", CultureInfo.InvariantCulture) ?? new string('0', 16);
        Encoding.ASCII.GetBytes(digits, field);
        field[16] = 0;
    }

    /// <summary>Text padded by spaces, in ASCII or, for a Joliet descriptor, in big-endian UCS-2; what is too long is cut.</summary>
    public static void Text(Span<byte> field, string text, bool joliet)
    {
        if (!joliet)
        {
            field.Fill((byte)' ');
            Encoding.ASCII.GetBytes(text.AsSpan(0, Math.Min(text.Length, field.Length)), field);
            return;
        }

        // An odd last byte stays zero.
        for (var i = 0; i + 1 < field.Length; i += 2) BinaryPrimitives.WriteUInt16BigEndian(field[i..], i / 2 < text.Length ? text[i / 2] : ' ');
    }
}
