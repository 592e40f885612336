using System.Runtime.InteropServices;

namespace Firstlight.Agent.Limit;

/// <summary>What is counted of one address. Belongs to one <see cref="ScopeBuckets"/> and is guarded by its lock.</summary>
internal sealed class GuestBucket(UInt128 address)
{
    private RequestRate _base;
    private RequestRate _burst;

    public UInt128 Address => address;

    /// <summary>When it last asked, in milliseconds.</summary>
    public long LastAsked { get; private set; }

    /// <summary>Neighbours by <see cref="LastAsked"/>.</summary>
    public GuestBucket? Older { get; set; }

    /// <inheritdoc cref="Older"/>
    public GuestBucket? Newer { get; set; }

    /// <summary>Counts a request, also one that is refused, and says whether it is within both limits.</summary>
    public bool Admits(long now, in RateLimits limits)
    {
        LastAsked = now;
        var rate = _base.Count(now, limits.BaseWindow);
        var burst = _burst.Count(now, limits.BurstWindow);
        return rate <= limits.Base && burst <= limits.Burst;
    }
}

/// <summary>The two limits and their windows, in milliseconds.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RateLimits(int Base, long BaseWindow, int Burst, long BurstWindow)
{
    /// <summary>How long a silent guest is remembered: the larger window, as Neutron configures haproxy's tables.</summary>
    public long Expiry => Math.Max(BaseWindow, BurstWindow);
}
