using System.Collections.Concurrent;
using System.Diagnostics;
using Firstlight.Plumbing.Namespaces;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>Guests ask without end, every second something is broken, and what comes of it is written down.</summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    // Tells "too late" from "never": an agent that has missed a break sees it when it looks at everything again.
    private static readonly TimeSpan GivenUp = TimeSpan.FromSeconds(45);

    // More of them say no more.
    private const int MostFaults = 12;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly NamespaceSockets _sockets = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly List<Break> _breaks = [];
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly IReadOnlyList<Asker> _askers;
    private readonly WhoAsks _outside;
    private readonly BreakQueue _queue;
    private readonly Healing _healing;
    private readonly Task _asking;

    private ChaosRun(ServedHost host, IReadOnlyList<Asker> askers, Before before, ChaosWish wish)
    {
        _askers = askers;
        _outside = new WhoAsks(_sockets, host.Machine);
        _queue = new BreakQueue(before.Parts, before.Addresses, new HostHarms(host, before.Parts.OfType<GuardPart>().Single()), new Random(wish.Seed), wish.Only);
        _healing = new Healing(host, askers, LeaseProbe.Make(_sockets, host.State), before.Standing, Now);
        foreach (var asker in askers) asker.Failed += OnFailed;
        _asking = Task.WhenAll(askers.Select(a => a.RunAsync(_sockets, Now, _end.Token)));
    }

    /// <summary>What must never have happened: guests not served though nothing of theirs was broken, breaks not healed in time, answers of others.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>All breaks so far.</summary>
    public IReadOnlyList<Break> Breaks
    {
        get
        {
            lock (_lock) return [.. _breaks];
        }
    }

    /// <summary>Questions answered rightly.</summary>
    public long Served => _askers.Sum(a => a.Served);

    /// <summary>Begins to ask on a host whose guests are up, and waits until all are served.</summary>
    public static async Task<ChaosRun> BeginAsync(ServedHost host, Before before, ChaosWish wish)
    {
        var run = new ChaosRun(host, await Ways.OfAsync(host), before, wish);
        try
        {
            await Eventually.TrueAsync(() => Task.FromResult(run._askers.All(a => a.Served > 0)), "every guest is served before anything is broken");
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Breaks something every second, and waits until all of it is healed or given up.</summary>
    public async Task BreakAsync(TimeSpan duration)
    {
        var healing = new List<Task>();
        using var timer = new PeriodicTimer(Pace);
        var until = Now() + duration;
        while (Now() < until && _faults.Count < MostFaults && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
            if (_queue.Take(MayBegin) is { } next) healing.Add(HealAsync(next));
        }

        await Task.WhenAll(healing);
    }

    /// <summary>The history, and at its end what was wrong.</summary>
    public string Tell() => string.Join('\n', [.. Breaks.Select(b => b.ToString()), "", .. Faults]);

    /// <summary>Ends the asking.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _asking;
        _outside.Dispose();
        _sockets.Dispose();
        _end.Dispose();
    }

    private TimeSpan Now() => Stopwatch.GetElapsedTime(_start);

    // Never twice at one part or one guest at a time, so that each break has a clock of its own; an agent that is away holds up all others anyhow.
    private bool MayBegin(Break next)
    {
        var open = Breaks.Where(b => b.Healed is null).ToList();
        if (open.Exists(b => b.StopsAgent)) return false;
        return next.StopsAgent || !open.Exists(b => b.Harms.SelectMany(h => h.Parts).Any(next.Touches) || _askers.Any(a => b.Concerns(a.Way) && next.Concerns(a.Way)));
    }

    private async Task HealAsync(Break broken)
    {
        lock (_lock) _breaks.Add(broken);
        broken.Begin(Now());
        if (broken.StopsAgent) StartClocks(broken);
        foreach (var harm in broken.Harms) await harm.DoAsync();
        if (!broken.StopsAgent) broken.StartClock(Now());

        // As long as nothing says otherwise, it is not healed.
        var missing = "    nothing was looked at yet";
        while (missing.Length > 0 && Now() - broken.Clock < GivenUp)
        {
            missing = await _healing.MissingAsync(broken);
            if (missing.Length == 0) broken.Heal(Now());
            if (Now() - broken.Clock > Break.Longest && !broken.IsLate)
            {
                broken.BeLate(missing);
                _faults.Enqueue($"late: {broken}");
            }

            if (missing.Length > 0) await Task.Delay(Look);
        }

        if (broken.Healed is null) _faults.Enqueue($"never healed: #{broken.Number}, after {GivenUp.TotalSeconds:0} s there is\n{missing}");
    }

    // What happens to the agent happens to whatever it was about to heal.
    private void StartClocks(Break broken)
    {
        foreach (var open in Breaks.Where(b => b.Healed is null && (b == broken || b.Clock < broken.Began))) open.StartClock(broken.Began);
    }

    private void OnFailed(Asker asker, Attempt attempt)
    {
        var metadata = !asker.Way.IsOutside;
        var isNever = attempt.End == AttemptEnd.Foreign || (attempt.End == AttemptEnd.Wrong && metadata);
        if (!isNever && Breaks.Any(b => b.Explains(asker.Way, attempt))) return;
        _faults.Enqueue($"{(attempt.End == AttemptEnd.Foreign ? "FOREIGN" : "not served")}: {asker.Name}, {attempt.Began.TotalSeconds:0.00} to {attempt.Ended.TotalSeconds:0.00} s: {attempt.Detail}");
    }
}
