using Firstlight.Metadata.Instances;

namespace Firstlight.Inventory.Own;

/// <summary>When what an instance is told last changed: the instance itself, or one of its networks. Any number of readers, one writer at a time.</summary>
/// <remarks>
/// Ids share a fixed number of places, so that it neither grows nor has to be cleared. Two that share one are taken for changed together, which costs a snapshot
/// built without need.
/// </remarks>
internal sealed class ChangeStamps
{
    private const int Places = 1 << 16;
    private readonly long[] _stamps = new long[Places];
    private long _everything;

    /// <summary>Notes that a server or a network changed at a revision.</summary>
    public void Touch(string id, long revision) => Volatile.Write(ref Place(id), revision);

    /// <summary>Notes that anything may have changed.</summary>
    public void TouchEverything(long revision) => Volatile.Write(ref _everything, revision);

    /// <summary>The last of these revisions.</summary>
    public long Of(Instance instance)
    {
        var last = Math.Max(Volatile.Read(ref _everything), Volatile.Read(ref Place(instance.Id.Value)));
        foreach (var vif in instance.NetworkInfo)
        {
            if (vif.Network?.Id is { } network) last = Math.Max(last, Volatile.Read(ref Place(network)));
        }
        return last;
    }

    // FNV-1a: the same in every process, so that what a test or an operator sees once is seen again.
    private ref long Place(string id)
    {
        var hash = 2166136261u;
        foreach (var c in id) hash = (hash ^ c) * 16777619;
        return ref _stamps[(hash ^ (hash >> 16)) & (Places - 1)];
    }
}
