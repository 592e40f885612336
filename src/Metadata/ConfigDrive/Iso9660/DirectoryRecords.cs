namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>The extent of a directory: its records (ECMA-119 9.1) and behind them, where they do not fit, the rest of their system use.</summary>
/// <param name="rockRidge">Whether records carry POSIX names, modes and dates: those of the primary hierarchy do.</param>
/// <param name="date">Of every item.</param>
internal sealed class DirectoryRecords(bool rockRidge, DateTimeOffset date)
{
    /// <summary>Length of a record with an identifier of one byte and without system use: the one a volume descriptor has.</summary>
    public const int ShortLength = FixedLength + 1;

    private const int FixedLength = 33;
    private const int DirectoryFlag = 2;

    // A length is one byte and even.
    private const int MaxLength = 254;
    private static readonly byte[] Dot = [0];
    private static readonly byte[] DotDot = [1];

    /// <summary>Renders a directory with the blocks its items have now; lengths do not depend on them.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="recordsLength">Bytes of whole sectors that are the directory; the continuations behind are not part of it.</param>
    public byte[] Render(IsoDirectory directory, out int recordsLength)
    {
        var records = new SectorBuffer();
        var plan = Plan(directory);
        foreach (var (record, rest) in plan) records.Add(record.Length + (rest.Length > 0 ? RockRidge.ContinuationLength : 0), out _);
        recordsLength = records.WholeSectors;

        var continuations = new SectorBuffer();
        var bytes = new List<(int Offset, byte[] Bytes)>();
        records = new SectorBuffer();
        foreach (var (record, rest) in plan)
        {
            var whole = record;
            if (rest.Length > 0)
            {
                continuations.Add(rest.Length, out var offset);
                bytes.Add((recordsLength + offset, rest));
                var (block, within) = Math.DivRem(offset, IsoField.Sector);
                whole = [.. record, .. RockRidge.Continuation(directory.Extent.Block + (recordsLength / IsoField.Sector) + block, within, rest.Length)];
            }

            whole[0] = checked((byte)whole.Length);
            records.Add(whole.Length, out var at);
            bytes.Add((at, whole));
        }

        var extent = new byte[recordsLength + continuations.WholeSectors];
        foreach (var (offset, part) in bytes) part.CopyTo(extent, offset);
        return extent;
    }

    /// <summary>A record without system use.</summary>
    public byte[] Record(byte[] identifier, IsoExtent extent, bool isDirectory)
    {
        var length = FixedLength + identifier.Length;
        var record = new byte[length + (length % 2)];
        record[0] = checked((byte)record.Length);
        IsoField.Both32(record.AsSpan(2), extent.Block);
        IsoField.Both32(record.AsSpan(10), extent.Length);
        IsoField.ShortDate(record.AsSpan(18), date);
        record[25] = isDirectory ? (byte)DirectoryFlag : (byte)0;
        IsoField.Both16(record.AsSpan(28), 1);
        record[32] = (byte)identifier.Length;
        identifier.CopyTo(record, FixedLength);
        return record;
    }

    private List<(byte[] Record, byte[] More)> Plan(IsoDirectory directory)
    {
        List<(byte[], byte[])> plan =
        [
            Split(Record(Dot, directory.Extent, isDirectory: true), () => RockRidge.Dots(directory.Links, directory.IsRoot, date)),
            Split(Record(DotDot, directory.Parent.Extent, isDirectory: true), () => RockRidge.Dots(directory.Parent.Links, announces: false, date)),
        ];
        foreach (var item in directory.Items)
            plan.Add(Split(Record(item.Identifier, item.Extent, item.Directory is not null), () => RockRidge.Item(item.Name, item.Directory?.Links, date)));
        return plan;
    }

    // What fits goes into the record, from the first entry that does not on into the continuation, which the record must have room to name.
    private (byte[] Record, byte[] More) Split(byte[] record, Func<List<byte[]>> systemUse)
    {
        if (!rockRidge) return (record, []);

        var entries = systemUse();
        if (record.Length + entries.Sum(entry => entry.Length) <= MaxLength) return (Even([record, .. entries]), []);

        var room = MaxLength - RockRidge.ContinuationLength - record.Length;
        var inside = entries.TakeWhile(entry => (room -= entry.Length) >= 0).ToList();
        return (Joined([record, .. inside]), Joined(entries.Skip(inside.Count)));
    }

    private static byte[] Joined(IEnumerable<byte[]> parts) => [.. parts.SelectMany(part => part)];

    private static byte[] Even(IEnumerable<byte[]> parts)
    {
        var joined = Joined(parts);
        return joined.Length % 2 == 0 ? joined : [.. joined, 0];
    }
}
