using System.Text;

namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>System use entries of directory records: POSIX names, modes and dates (SUSP, IEEE P1281; RRIP, IEEE P1282, as of 1991).</summary>
internal static class RockRidge
{
    /// <summary>Length of a continuation entry.</summary>
    public const int ContinuationLength = 28;

    // Anybody may read, nobody writes: what genisoimage -r makes of Nova's files.
    private const int DirectoryMode = 0x4000 | 0x16d;
    private const int FileMode = 0x8000 | 0x124;

    // The 1991 identifier and texts are what every reader knows.
    private const string Extension = "RRIP_1991A";
    private const string Description = "THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS";

    private const string Source =
        "PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.";

    /// <summary>Entries of a file or a named directory.</summary>
    public static List<byte[]> Item(string name, int? directoryLinks, DateTimeOffset date) =>
        [Posix(directoryLinks), Times(date), Name(name)];

    /// <summary>Entries of <c>.</c> and <c>..</c>; the root's own announces the protocol.</summary>
    public static List<byte[]> Dots(int links, bool announces, DateTimeOffset date) =>
        announces ? [Announcement(), Posix(links), Times(date), Reference()] : [Posix(links), Times(date)];

    /// <summary>CE: where the entries of a record go on.</summary>
    public static byte[] Continuation(int block, int offset, int length)
    {
        var entry = Entry("CE", ContinuationLength);
        IsoField.Both32(entry.AsSpan(4), block);
        IsoField.Both32(entry.AsSpan(12), offset);
        IsoField.Both32(entry.AsSpan(20), length);
        return entry;
    }

    // SP: system use begins right behind the identifier.
    private static byte[] Announcement()
    {
        var entry = Entry("SP", 7);
        (entry[4], entry[5]) = (0xbe, 0xef);
        return entry;
    }

    // ER.
    private static byte[] Reference()
    {
        var entry = Entry("ER", 8 + Extension.Length + Description.Length + Source.Length);
        (entry[4], entry[5], entry[6], entry[7]) = ((byte)Extension.Length, (byte)Description.Length, (byte)Source.Length, 1);
        Encoding.ASCII.GetBytes(Extension + Description + Source, entry.AsSpan(8));
        return entry;
    }

    // PX: mode, links, and root for owner and group.
    private static byte[] Posix(int? directoryLinks)
    {
        var entry = Entry("PX", 36);
        IsoField.Both32(entry.AsSpan(4), directoryLinks is null ? FileMode : DirectoryMode);
        IsoField.Both32(entry.AsSpan(12), directoryLinks ?? 1);
        return entry;
    }

    // TF: modification, access, attributes.
    private static byte[] Times(DateTimeOffset date)
    {
        var entry = Entry("TF", 26);
        entry[4] = 0x0e;
        for (var i = 0; i < 3; i++) IsoField.ShortDate(entry.AsSpan(5 + (7 * i)), date);
        return entry;
    }

    // NM.
    private static byte[] Name(string name)
    {
        var entry = Entry("NM", 5 + Encoding.UTF8.GetByteCount(name));
        Encoding.UTF8.GetBytes(name, entry.AsSpan(5));
        return entry;
    }

    private static byte[] Entry(string signature, int length)
    {
        var entry = new byte[length];
        Encoding.ASCII.GetBytes(signature, entry);
        (entry[2], entry[3]) = (checked((byte)length), 1);
        return entry;
    }
}
