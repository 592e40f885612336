using System.Collections.Concurrent;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;

namespace Firstlight.Api.Tests.Support;

/// <summary>A store in memory: finds ids without regard to case, as MySQL's collation does.</summary>
internal sealed class FixtureSource : IInstanceSource
{
    private readonly ConcurrentDictionary<string, Instance> _instances = new(StringComparer.OrdinalIgnoreCase);
    private int _finds;

    public FixtureSource(IEnumerable<Instance> instances, bool tellsChanges = false)
    {
        foreach (var instance in instances) _instances[instance.Id.Value] = instance;
        if (tellsChanges) ToldChanges = new TestChanges();
    }

    /// <summary>Ids whose rows cannot be read.</summary>
    public HashSet<string> Broken { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the store is down.</summary>
    public bool Unreachable { get; set; }

    /// <summary>When set, a find waits for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public int Finds => Volatile.Read(ref _finds);

    public TestChanges? ToldChanges { get; }

    public IInventoryChanges? Changes => ToldChanges;

    public async ValueTask<Instance?> FindAsync(InstanceId id, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _finds);
        if (Gate is { } gate) await gate.Task;
        if (Broken.Contains(id.Value)) throw new FormatException("a row cannot be read");
        if (!_instances.TryGetValue(id.Value, out var instance)) return null;
        return Unreachable ? throw new InventoryUnavailableException("the store is down") : instance;
    }

    public ValueTask<bool> SetPasswordAsync(InstanceId id, string password, CancellationToken cancellationToken)
    {
        if (Unreachable) throw new InventoryUnavailableException("the store is down");
        if (!_instances.TryGetValue(id.Value, out var instance)) return ValueTask.FromResult(false);
        Put(instance with { Password = password });
        return ValueTask.FromResult(true);
    }

    public void Put(Instance instance)
    {
        _instances[instance.Id.Value] = instance;
        ToldChanges?.Grow();
    }

    public void Remove(InstanceId id)
    {
        _instances.TryRemove(id.Value, out _);
        ToldChanges?.Grow();
    }

    internal sealed class TestChanges : IInventoryChanges
    {
        private readonly ConcurrentDictionary<InstanceId, long> _lastChanges = new();
        private long _revision = 1;
        private long _ofAll = 1;

        public event Action<InventoryNotice>? Changed;

        public long Revision => Interlocked.Read(ref _revision);

        public long LastChangeOf(Instance instance) => Math.Max(Volatile.Read(ref _ofAll), _lastChanges.GetValueOrDefault(instance.Id));

        /// <summary>A change that touches these, or anybody when none are named.</summary>
        public void Grow(params InstanceId[] touched)
        {
            foreach (var id in touched) _lastChanges[id] = Revision + 1;
            if (touched.Length == 0) Volatile.Write(ref _ofAll, Revision + 1);
            Interlocked.Increment(ref _revision);
            Changed?.Invoke(new InventoryNotice(Revision, touched.Length == 0 ? null : touched));
        }
    }
}
