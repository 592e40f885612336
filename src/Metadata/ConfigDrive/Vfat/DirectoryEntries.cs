using System.Buffers.Binary;
using System.Text;

namespace Firstlight.Metadata.ConfigDrive.Vfat;

/// <summary>Entries of a directory: each name as long entries with an alias of eight and three characters behind them.</summary>
/// <param name="date">Of every entry; the format counts from 1980 to 2107, in steps of two seconds.</param>
internal sealed class DirectoryEntries(DateTimeOffset date)
{
    /// <summary>Bytes of an entry.</summary>
    public const int Size = 32;

    private const byte VolumeAttribute = 0x08;
    private const byte DirectoryAttribute = 0x10;
    private const byte FileAttribute = 0x20;
    private const byte LongAttribute = 0x0f;
    private const int LongCharacters = 13;
    private const byte LastLong = 0x40;
    private readonly List<byte> _bytes = [];

    /// <summary>What has been added so far.</summary>
    public byte[] Bytes => [.. _bytes];

    /// <summary>How many entries a name takes.</summary>
    public static int CountOf(string name) => 1 + ((name.Length + LongCharacters - 1) / LongCharacters);

    /// <summary>The entry that labels the volume.</summary>
    public void AddVolume(string label) => AddShort(Encoding.ASCII.GetBytes(label.PadRight(11)), VolumeAttribute, 0, 0);

    /// <summary>The two entries a directory that is not the root begins with.</summary>
    public void AddDots(int own, int parent)
    {
        AddShort(".          "u8, DirectoryAttribute, own, 0);
        AddShort("..         "u8, DirectoryAttribute, parent, 0);
    }

    /// <summary>A file or directory.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="alias">Eleven characters, unique in the directory.</param>
    /// <param name="isDirectory">Which of the two.</param>
    /// <param name="cluster">Its first; 0 for an empty file.</param>
    /// <param name="length">Bytes of a file; 0 for a directory.</param>
    public void Add(string name, ReadOnlySpan<byte> alias, bool isDirectory, int cluster, int length)
    {
        var longEntries = CountOf(name) - 1;
        for (var n = longEntries; n >= 1; n--) AddLong(name, n, n == longEntries, Checksum(alias));
        AddShort(alias, isDirectory ? DirectoryAttribute : FileAttribute, cluster, length);
    }

    private void AddLong(string name, int number, bool isLast, byte checksum)
    {
        // Behind the name one zero, behind that ones.
        Span<byte> characters = stackalloc byte[2 * LongCharacters];
        for (var i = 0; i < LongCharacters; i++)
        {
            var at = ((number - 1) * LongCharacters) + i;
            var character = at < name.Length ? name[at] : at == name.Length ? '\0' : '\uffff';
            BinaryPrimitives.WriteUInt16LittleEndian(characters[(2 * i)..], character);
        }

        Span<byte> entry = stackalloc byte[Size];
        entry.Clear();
        entry[0] = (byte)(number | (isLast ? LastLong : 0));
        entry[11] = LongAttribute;
        entry[13] = checksum;
        characters[..10].CopyTo(entry[1..]);
        characters[10..22].CopyTo(entry[14..]);
        characters[22..].CopyTo(entry[28..]);
        _bytes.AddRange(entry);
    }

    private void AddShort(ReadOnlySpan<byte> alias, byte attribute, int cluster, int length)
    {
        var utc = date.UtcDateTime;
        var day = (ushort)((Math.Clamp(utc.Year - 1980, 0, 127) << 9) | (utc.Month << 5) | utc.Day);
        var time = (ushort)((utc.Hour << 11) | (utc.Minute << 5) | (utc.Second / 2));
        Span<byte> entry = stackalloc byte[Size];
        entry.Clear();
        alias.CopyTo(entry);
        entry[11] = attribute;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[14..], time);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[16..], day);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[18..], day);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[22..], time);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[24..], day);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[26..], (ushort)cluster);
        BinaryPrimitives.WriteInt32LittleEndian(entry[28..], length);
        _bytes.AddRange(entry);
    }

    private static byte Checksum(ReadOnlySpan<byte> alias)
    {
        byte sum = 0;
        foreach (var character in alias) sum = (byte)(((sum & 1) << 7) + (sum >> 1) + character);
        return sum;
    }
}
