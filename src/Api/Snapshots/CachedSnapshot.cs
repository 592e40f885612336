using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Firstlight.Inventory;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Documents.OpenStack;

namespace Firstlight.Api.Snapshots;

/// <summary>A snapshot with what the cache knows about it.</summary>
/// <param name="snapshot">The snapshot.</param>
/// <param name="expectedSignature">The signature of the id it is cached under, computed once.</param>
/// <param name="vendorData">What the operator's file said.</param>
/// <param name="revision">Revision of the store before the facts were gathered.</param>
/// <param name="builtAt">Timestamp of the build.</param>
internal sealed class CachedSnapshot(Snapshot snapshot, string expectedSignature, StaticVendorData vendorData, long revision, long builtAt)
{
    private long _revision = revision;
    private string? _matched;
    private long _lastUsed = builtAt;
    private long _lastGood = builtAt;
    private long _trustedUntil;

    public Snapshot Snapshot => snapshot;

    public StaticVendorData VendorData => vendorData;

    public long BuiltAt { get; } = builtAt;

    /// <summary>Whether the entry was given up although it is not old.</summary>
    public bool Expired { get; private set; }

    /// <summary>Timestamp of the last request it served; decides who goes first when memory is short.</summary>
    public long LastUsed
    {
        get => Volatile.Read(ref _lastUsed);
        set => Volatile.Write(ref _lastUsed, value);
    }

    /// <summary>Timestamp at which it was last known to agree with the store; a stale entry is served for a limited time after it.</summary>
    public long LastGood
    {
        get => Volatile.Read(ref _lastGood);
        set => Volatile.Write(ref _lastGood, value);
    }

    /// <summary>Timestamp until which a stale entry is served without asking the store again.</summary>
    public long TrustedUntil
    {
        get => Volatile.Read(ref _trustedUntil);
        set => Volatile.Write(ref _trustedUntil, value);
    }

    /// <summary>Bytes the cache counts for it. Guarded by the cache's lock.</summary>
    public long CountedBytes { get; set; }

    public void Expire() => Expired = true;

    /// <summary>Whether no change since the build touched the instance. Where that holds at one revision, it need not be looked at again before the next.</summary>
    public bool IsUntouched(IInventoryChanges changes)
    {
        // Before the rest: what is found out then holds at least up to it.
        var now = changes.Revision;
        var known = Volatile.Read(ref _revision);
        if (known == now) return true;
        if (changes.LastChangeOf(snapshot.Instance) > known) return false;
        Volatile.Write(ref _revision, now);
        return true;
    }

    /// <summary>Compares a presented signature in constant time, without computing one.</summary>
    /// <remarks>
    /// The agent in the same process presents the same object each time; comparing that once is enough. Nobody outside can: what comes over a socket is a new
    /// object for every request.
    /// </remarks>
    public bool Matches(string signature)
    {
        if (ReferenceEquals(signature, _matched)) return true;
        var matches = CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(signature.AsSpan()), MemoryMarshal.AsBytes(expectedSignature.AsSpan()));
        if (matches) _matched = signature;
        return matches;
    }
}
