using System.Buffers.Binary;
using System.Globalization;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>The first 100 bytes of a SQLite file (sqlite.org/fileformat2, 1.3), read without SQLite so that a file that is not ours is not touched.</summary>
internal static class StoreHeader
{
    /// <summary><c>PRAGMA application_id</c> of our stores: the letters FLIV.</summary>
    public const int ApplicationId = 0x464C4956;

    private const int Length = 100;
    private const int PageSizeAt = 16;
    private const int PageCountAt = 28;
    private const int UserVersionAt = 60;
    private const int ApplicationIdAt = 68;

    /// <summary>Refuses a file that is not a store of ours, is truncated, or is newer than this program. An empty file passes: it is a store not made yet.</summary>
    /// <remarks>
    /// Closing a descriptor drops this process's POSIX locks on the file (sqlite.org/howtocorrupt, 2.2): never call this for a file that this process has open.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <param name="newestSchema">Number of the newest migration known.</param>
    /// <exception cref="InventoryBrokenException">With one line that says why.</exception>
    public static void Check(string path, int newestSchema)
    {
        Span<byte> header = stackalloc byte[Length];
        long size;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            size = file.Length;
            if (size == 0) return;
            if (file.ReadAtLeast(header, Length, throwOnEndOfStream: false) < Length)
                throw new InventoryBrokenException($"{path} is not a SQLite database ({size} bytes)");
        }

        if (!header.StartsWith("SQLite format 3\0"u8)) throw new InventoryBrokenException($"{path} is not a SQLite database");

        var application = BinaryPrimitives.ReadInt32BigEndian(header[ApplicationIdAt..]);
        if (application != ApplicationId)
            throw new InventoryBrokenException($"{path} is a SQLite database of another program (application id {application.ToString("x8", CultureInfo.InvariantCulture)})");

        RefuseNewer(path, BinaryPrimitives.ReadInt32BigEndian(header[UserVersionAt..]), newestSchema);

        var pageSize = BinaryPrimitives.ReadUInt16BigEndian(header[PageSizeAt..]) is var stored && stored == 1 ? 65536 : stored;
        var pages = BinaryPrimitives.ReadUInt32BigEndian(header[PageCountAt..]);
        // With a write-ahead log beside it, the missing pages may be in there.
        if (size < pages * (long)pageSize && !File.Exists(path + "-wal"))
            throw new InventoryBrokenException($"{path} is truncated: {size} bytes of {pages * (long)pageSize}; restore it from a copy");
    }

    /// <summary>Refuses a schema made by a later release.</summary>
    public static void RefuseNewer(string path, int schema, int newestSchema)
    {
        if (schema > newestSchema)
            throw new InventoryBrokenException($"{path} has schema {schema}, newer than this program's {newestSchema}: use the newer release");
    }
}
