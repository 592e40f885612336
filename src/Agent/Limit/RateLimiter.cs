using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Firstlight.Inventory;

namespace Firstlight.Agent.Limit;

/// <summary>Neutron's rate limit as haproxy applies it, for all networks and routers of this host at once.</summary>
/// <remarks>
/// A guest is an address in a network or router: the same address in two networks is two guests. Whoever asks again while it is refused stays
/// refused, because refused requests count too. Guests of a known bucket cost no memory; silent ones are forgotten after the larger window.
/// </remarks>
internal sealed class RateLimiter : IDisposable
{
    /// <summary>Guests remembered of one network or router: haproxy's <c>size 10k</c>.</summary>
    public const int MaxOfScope = 10 * 1024;

    /// <summary>Guests remembered in all: some 30 MB.</summary>
    public const int MaxInAll = 200_000;

    private readonly ConcurrentDictionary<Scope, ScopeBuckets> _scopes = new();
    private readonly RateLimitOptions _options;
    private readonly RateLimits _limits;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ITimer _sweep;
    private int _count;
    private int _sweepDue;
    private int _making;

    /// <param name="options">Windows of at least a millisecond.</param>
    /// <param name="time">Clock of the windows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A window is shorter than that.</exception>
    public RateLimiter(RateLimitOptions options, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BaseWindow, TimeSpan.FromMilliseconds(1), nameof(options.BaseWindow));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BurstWindow, TimeSpan.FromMilliseconds(1), nameof(options.BurstWindow));
        _options = options;
        _limits = new RateLimits(options.BaseLimit, (long)options.BaseWindow.TotalMilliseconds, options.BurstLimit, (long)options.BurstWindow.TotalMilliseconds);
        _time = time;
        _origin = time.GetTimestamp();
        _sweep = time.CreateTimer(static state => ((RateLimiter)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Guests remembered now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Counts a request and says whether it may be answered. To be asked once for each request, before anything else is done for it.</summary>
    /// <param name="scope">Network or router it came in by.</param>
    /// <param name="address">The peer. An IPv4-mapped address counts as IPv4; a scope id does not count.</param>
    public bool Admits(Scope scope, IPAddress address)
    {
        var isIPv4 = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
        if (isIPv4 ? !_options.LimitsIPv4 : !_options.LimitsIPv6) return true;

        var key = Key(address);
        var now = Now();
        while (true)
        {
            var buckets = _scopes.GetOrAdd(scope, static _ => new ScopeBuckets());
            if (buckets.Admits(key, now, _limits, MaxOfScope, out var added) is not { } admitted) continue;
            if (added > 0) Grow();
            return admitted;
        }
    }

    /// <summary>The same for what is known of a request's sender.</summary>
    /// <param name="scope">Network or router; one without an id, which a proxy may send, is nobody's and is refused elsewhere.</param>
    /// <param name="query">Has the address, unless no port can have it.</param>
    /// <param name="forwardedFor">The address as text; read only where <paramref name="query"/> is null.</param>
    public bool Admits(Scope scope, PortQuery? query, string forwardedFor)
    {
        if (string.IsNullOrEmpty(scope.Id)) return true;
        if (query is { } asked) return Admits(scope, asked.Address);
        return !IPAddress.TryParse(forwardedFor, out var address) || Admits(scope, address);
    }

    public void Dispose() => _sweep.Dispose();

    private long Now() => _time.GetElapsedTime(_origin).Ticks / TimeSpan.TicksPerMillisecond;

    private static UInt128 Key(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes[..10].Clear();
            bytes[10..12].Fill(0xff);
            address.TryWriteBytes(bytes[12..], out _);
        }
        else
        {
            address.TryWriteBytes(bytes, out _);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private void Grow()
    {
        if (Interlocked.Increment(ref _count) > MaxInAll) MakeRoom();
        if (Interlocked.Exchange(ref _sweepDue, 1) == 0) ScheduleSweep();
    }

    // The network that fills the memory is the one that loses some of it.
    private void MakeRoom()
    {
        if (Interlocked.Exchange(ref _making, 1) != 0) return;
        var largest = _scopes.MaxBy(static pair => pair.Value.Count).Value;
        if (largest is not null) Interlocked.Add(ref _count, -largest.Shrink());
        Volatile.Write(ref _making, 0);
    }

    private void ScheduleSweep() => _sweep.Change(TimeSpan.FromMilliseconds(_limits.Expiry), Timeout.InfiniteTimeSpan);

    private void Sweep()
    {
        var before = Now() - _limits.Expiry;
        foreach (var (scope, buckets) in _scopes)
        {
            var expired = buckets.Expire(before, out var closed);
            if (closed) _scopes.TryRemove(KeyValuePair.Create(scope, buckets));
            Interlocked.Add(ref _count, -expired);
        }

        Volatile.Write(ref _sweepDue, 0);
        if (!_scopes.IsEmpty && Interlocked.Exchange(ref _sweepDue, 1) == 0) ScheduleSweep();
    }
}
