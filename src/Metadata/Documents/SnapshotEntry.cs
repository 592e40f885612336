using Firstlight.Metadata.Instances;

namespace Firstlight.Metadata.Documents;

/// <summary>What a path of an instance leads to.</summary>
public enum SnapshotOutcome
{
    /// <summary>Bytes to send.</summary>
    Document,

    /// <summary>The password mailbox: GET reads the bytes, POST writes, nothing else is taken.</summary>
    Password,

    /// <summary>
    /// <c>vendor_data2.json</c> with members that services give for each request; the bytes are the static value, empty where there is none.
    /// </summary>
    DynamicVendorData,

    /// <summary>The EC2 item whose names come from elsewhere, see <see cref="SnapshotSettings.SecurityGroupsComeLater"/>.</summary>
    SecurityGroups,

    /// <summary>Nothing there.</summary>
    NotFound,

    /// <summary>A path on which Nova crashes, such as one below a leaf.</summary>
    Crash,

    /// <summary>A document that these facts cannot be made into; <see cref="SnapshotEntry.Reason"/> says why. Others are not touched.</summary>
    Failed,
}

/// <summary>One path of a <see cref="Snapshot"/>. Immutable; its bytes are shared by every request and must not be written to.</summary>
public sealed class SnapshotEntry
{
    private const int NoSeed = -1;
    private readonly byte[] _bytes;
    private readonly int _seedOffset;

    private SnapshotEntry(SnapshotOutcome outcome, string contentType, byte[] bytes, int seedOffset = NoSeed, string? reason = null)
    {
        Outcome = outcome;
        ContentType = contentType;
        _bytes = bytes;
        _seedOffset = seedOffset;
        Reason = reason;
    }

    /// <summary>What is there.</summary>
    public SnapshotOutcome Outcome { get; }

    /// <summary>Content type of the document; empty where there is none.</summary>
    public string ContentType { get; }

    /// <summary>Length of the document in bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>Why a document failed.</summary>
    public string? Reason { get; }

    /// <summary>The singleton for nothing.</summary>
    internal static SnapshotEntry NotFound { get; } = new(SnapshotOutcome.NotFound, "", []);

    /// <summary>The singleton for a crash.</summary>
    internal static SnapshotEntry Crash { get; } = new(SnapshotOutcome.Crash, "", []);

    /// <summary>The singleton for security groups that are not known yet.</summary>
    internal static SnapshotEntry SecurityGroups { get; } = new(SnapshotOutcome.SecurityGroups, ContentTypes.Text, []);

    /// <summary>The document; for <c>meta_data.json</c> a new copy with a fresh <c>random_seed</c>, else the cached bytes.</summary>
    public ReadOnlyMemory<byte> Content()
    {
        if (_seedOffset == NoSeed) return _bytes;

        var copy = GC.AllocateUninitializedArray<byte>(_bytes.Length);
        CopyTo(copy);
        return copy;
    }

    /// <summary>Writes the document, with a fresh <c>random_seed</c> where it has one.</summary>
    /// <param name="to">At least <see cref="Length"/> bytes.</param>
    public void CopyTo(Span<byte> to)
    {
        _bytes.AsSpan().CopyTo(to);
        if (_seedOffset != NoSeed) RandomSeed.Fill(to.Slice(_seedOffset, RandomSeed.Length));
    }

    internal static SnapshotEntry Document(string contentType, byte[] bytes) => new(SnapshotOutcome.Document, contentType, bytes);

    internal static SnapshotEntry DynamicVendorData(byte[] staticJson) => new(SnapshotOutcome.DynamicVendorData, ContentTypes.Json, staticJson);

    internal static SnapshotEntry Seeded(string contentType, byte[] bytes, int seedOffset) =>
        new(SnapshotOutcome.Document, contentType, bytes, seedOffset);

    internal static SnapshotEntry Password(byte[] bytes) => new(SnapshotOutcome.Password, ContentTypes.Html, bytes);

    /// <summary>The failure of a document that tells these parts; null when there are none.</summary>
    internal static SnapshotEntry? Unreadable(InstanceParts faults) =>
        faults == InstanceParts.None ? null : Failed($"what is stored cannot be read: {faults}");

    internal static SnapshotEntry Failed(string reason) => new(SnapshotOutcome.Failed, "", [], NoSeed, reason);
}
