using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Peers;

/// <summary>One of those compared.</summary>
internal abstract class Peer
{
    /// <summary>Short name, as on the command line and in the results.</summary>
    public abstract string Name { get; }

    /// <summary>What it is, for the table.</summary>
    public abstract string Description { get; }

    /// <summary>What the guest asks.</summary>
    public abstract string Url { get; }

    /// <summary>Processes whose time counts, descendants included.</summary>
    public abstract IEnumerable<int> Pids { get; }

    /// <summary>Processes that name this on their command line count as well; null for none.</summary>
    protected virtual string? Owning => null;

    /// <summary>Processor time of all its processes so far.</summary>
    public virtual CpuTime Cpu(Host host) => ProcessCpu.Time(Pids, host.TicksPerSecond, Owning);

    public virtual long MemoryKiB() => ProcessCpu.MemoryKiB(Pids, Owning);
}
