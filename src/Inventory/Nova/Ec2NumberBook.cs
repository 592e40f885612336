using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Firstlight.Inventory.Nova.Rows;
using Firstlight.Metadata.Instances;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Nova;

/// <summary>The numbers behind EC2 ids in one cell: read, remembered, and allotted where Nova would allot them. Thread-safe.</summary>
/// <param name="database">Name of the cell's database.</param>
/// <param name="mayAllot">Whether a missing number is written.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
internal sealed class Ec2NumberBook(string database, bool mayAllot, TimeProvider time, ILogger logger) : IDisposable
{
    // Nova's own lifetime for them. There is no index to find an image by, so this spares a scan of the table for each build.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    // A derived number must give way to a row that someone writes after all, and an account may be given the right to write.
    private static readonly TimeSpan Derived = TimeSpan.FromMinutes(10);

    // Images in use are few; this only keeps a hostile table from filling memory.
    private const int MostImages = 100_000;

    // Above every number the column can hold, so that a derived one is never another's.
    private const long FirstDerived = 0x8000_0000;

    private static readonly Table Instances = new("instance_id_mappings");
    private static readonly Table Images = new("s3_images");

    private readonly ConcurrentDictionary<string, Entry> _images = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _allotting = new(1);
    private long _refusedAt = -1;
    private int _warned;

    /// <summary>The numbers of an instance and its images.</summary>
    public async Task<Ec2Numbers> OfAsync(DbConnection connection, InstanceRow row, CancellationToken cancellationToken)
    {
        string?[] wanted = [row.ImageRef, row.KernelId, row.RamdiskId];
        var unknown = wanted.Where(image => !string.IsNullOrEmpty(image) && !TryRecall(image, out _)).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        if (unknown.Length > 0) await ReadAsync(connection, unknown!, cancellationToken);

        var number = row.Number ?? (await AllotAsync(connection, Instances, row.Uuid, $"instance {row.Uuid}", cancellationToken)).Number;
        return new Ec2Numbers(
            number,
            await ImageAsync(connection, row.ImageRef, cancellationToken),
            await ImageAsync(connection, row.KernelId, cancellationToken),
            await ImageAsync(connection, row.RamdiskId, cancellationToken));
    }

    /// <summary>The number told where none is stored and none can be: the same for the same id in every process.</summary>
    public static long Derive(string uuid) =>
        FirstDerived | (BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(uuid.ToLowerInvariant()))) & 0x7fff_ffff);

    /// <summary>Ends the queue of those who allot.</summary>
    public void Dispose() => _allotting.Dispose();

    private async Task<long?> ImageAsync(DbConnection connection, string? image, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(image)) return null;
        if (TryRecall(image, out var known)) return known;

        var (number, isStored) = await AllotAsync(connection, Images, image, $"image {image}", cancellationToken);

        // One just written is read again next time: another process may have written a lower one that shows only then.
        if (!isStored) Remember(image, number, Derived);
        return number;
    }

    private async Task ReadAsync(DbConnection connection, string[] images, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(
            connection,
            "SELECT s.uuid, MIN(s.id) FROM s3_images s WHERE s.uuid IN (@a, @b, @c) GROUP BY s.uuid",
            ("@a", images[0]), ("@b", images[images.Length / 2]), ("@c", images[^1]));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) Remember(reader.GetString(0), Sql.Number(reader, 1)!.Value, Remembered);
    }

    // One at a time, so that two guests of a new image do not allot it two numbers; what counts is the lowest, whoever wrote it.
    private async Task<(long Number, bool IsStored)> AllotAsync(
        DbConnection connection, Table table, string uuid, string subject, CancellationToken cancellationToken)
    {
        if (!mayAllot) return Fallback(uuid, subject, "not allowed by configuration");
        if (_refusedAt >= 0 && time.GetElapsedTime(Volatile.Read(ref _refusedAt)) < Derived) return (Derive(uuid), false);

        await _allotting.WaitAsync(cancellationToken);
        try
        {
            (string, object?)[] byUuid = [("@uuid", uuid)];
            if (await Sql.ScalarAsync(connection, table.Find, byUuid, cancellationToken) is { } others) return (others, true);

            await Sql.RunAsync(connection, null, table.Insert, [("@now", SqlDialect.Now(time)), ("@uuid", uuid)], cancellationToken);
            var number = await Sql.ScalarAsync(connection, table.Find, byUuid, cancellationToken);
            NovaLog.NumberAllotted(logger, subject, database);
            return (number ?? Derive(uuid), number is not null);
        }
        catch (DbException e) when (!SqlDialect.IsLost(connection, e))
        {
            Volatile.Write(ref _refusedAt, time.GetTimestamp());
            return Fallback(uuid, subject, e.Message);
        }
        finally
        {
            _allotting.Release();
        }
    }

    private (long Number, bool IsStored) Fallback(string uuid, string subject, string reason)
    {
        if (Interlocked.Exchange(ref _warned, 1) == 0) NovaLog.NumberDerived(logger, database, subject, reason);
        return (Derive(uuid), false);
    }

    private bool TryRecall(string image, out long number)
    {
        number = 0;
        if (!_images.TryGetValue(image, out var entry) || time.GetElapsedTime(entry.At) >= entry.Lifetime) return false;

        number = entry.Number;
        return true;
    }

    private void Remember(string image, long number, TimeSpan lifetime)
    {
        if (_images.Count >= MostImages) _images.Clear();
        _images[image] = new Entry(number, time.GetTimestamp(), lifetime);
    }

    private sealed record Entry(long Number, long At, TimeSpan Lifetime);

    private sealed record Table(string Name)
    {
        public string Find { get; } = $"SELECT MIN(t.id) FROM {Name} t WHERE t.uuid = @uuid";

        public string Insert { get; } = $"INSERT INTO {Name} (created_at, uuid, deleted) VALUES (@now, @uuid, 0)";
    }
}
