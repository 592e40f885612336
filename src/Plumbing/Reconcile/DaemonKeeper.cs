using System.Collections.Concurrent;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Processes;
using Microsoft.Extensions.Logging;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What a daemon needs around its start.</summary>
/// <param name="Spec">The daemon.</param>
/// <param name="WriteFiles">Writes the files it rereads; returns whether any differed. Null when it reads nothing after its start.</param>
/// <param name="MustRestart">Whether rereading is not enough. Asked of one that runs, before the files are written; null for never.</param>
/// <param name="BeforeStart">Writes the files it reads at its start only. Called when the former one has ended, so what is in them is what the one that runs has read.</param>
internal sealed record DaemonWork(DaemonSpec Spec, Func<bool>? WriteFiles, Func<CancellationToken, Task<bool>>? MustRestart, Action BeforeStart);

/// <summary>Keeps daemons running: adopts, reloads, replaces, and starts again what died. Each is known by its entry in the journal. Callers hold its owner's lock.</summary>
internal sealed class DaemonKeeper(ProcessRunner runner, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<Thing, Kept> _kept = new();

    /// <summary>Makes a daemon right.</summary>
    public async Task EnsureAsync(Thing thing, DaemonWork work, string? namespaceIdentity, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var home = work.Spec.Home;
        StateFiles.MakeDirectory(Path.GetDirectoryName(home.PidFile)!);
        var kept = _kept.GetOrAdd(thing, _ => new Kept());
        // One that this process did not tell of the files yet may have missed them: we may have ended between writing and telling.
        var daemon = kept.Daemon is { HasExited: false } held ? held : Daemon.Find(home);
        var keep = daemon is not null && daemon.Fits(work.Spec, namespaceIdentity) && (work.MustRestart is null || !await work.MustRestart(cancellationToken));
        if (work.WriteFiles is not null) kept.Untold |= kept.Daemon is null | work.WriteFiles();
        kept.Work = work;
        if (daemon is not null && keep)
        {
            if (kept.Untold && daemon.Reload() && kept.Daemon is not null) changes.Add($"reloaded {home.Program} of {thing.Owner}");
            kept.Untold = false;
            kept.Hold(daemon, kept.StartedAt);
            return;
        }

        if (daemon is not null) await daemon.StopAsync(time, cancellationToken);
        daemon?.Dispose();
        kept.Hold(daemon: null, kept.StartedAt);
        await StartAsync(thing, kept, cancellationToken);
        changes.Add($"started {home.Program} of {thing.Owner}");
    }

    /// <summary>Stops a daemon, ours or left by a process of ours that is gone, and removes what goes with it.</summary>
    public async Task RemoveAsync(Thing thing, DaemonHome home, CancellationToken cancellationToken)
    {
        if (_kept.TryRemove(thing, out var kept)) kept.Hold(daemon: null, startedAt: 0);
        using var daemon = Daemon.Find(home);
        if (daemon is not null) await daemon.StopAsync(time, cancellationToken);
        foreach (var path in home.Files) StateFiles.Remove(path);
    }

    /// <summary>Daemons that have ended and are due to be started again.</summary>
    public IReadOnlyList<Thing> Due()
    {
        var running = _kept.Select(k => (Thing: k.Key, k.Value.Daemon)).Where(k => k.Daemon is not null).ToList();
        var exited = PidFd.AnyExited([.. running.Select(k => k.Daemon!.Process)]);
        var dead = running.Where((_, i) => exited[i]).Select(k => k.Thing);
        var failed = _kept.Where(k => k.Value is { Daemon: null, Work: not null }).Select(k => k.Key);
        return [.. dead.Concat(failed).Where(u => _kept.TryGetValue(u, out var k) && (k.Daemon is not null || time.GetUtcNow() >= k.NotBefore))];
    }

    /// <summary>Starts a daemon again that ended. One that keeps ending is given ever longer pauses.</summary>
    public async Task RestartAsync(Thing thing, CancellationToken cancellationToken)
    {
        if (!_kept.TryGetValue(thing, out var kept) || kept.Work is null || kept.Daemon is { HasExited: false }) return;
        var program = kept.Work.Spec.Home.Program;
        if (kept.Daemon is { } dead)
        {
            kept.Failures = time.GetElapsedTime(kept.StartedAt) < Stable && kept.StartedAt != 0 ? kept.Failures + 1 : 0;
            PlumbingLog.DaemonDied(logger, program, thing.Owner, dead.Pid, kept.Failures);
            dead.Dispose();
            kept.Hold(daemon: null, kept.StartedAt);
            kept.NotBefore = time.GetUtcNow() + PauseAfter(kept.Failures - 1);
        }

        if (time.GetUtcNow() < kept.NotBefore) return;
        try
        {
            await StartAsync(thing, kept, cancellationToken);
            PlumbingLog.DaemonRestarted(logger, program, thing.Owner);
        }
        catch (Exception e) when (e is ProcessFailedException or IOException)
        {
            kept.Failures++;
            kept.NotBefore = time.GetUtcNow() + PauseAfter(kept.Failures);
            PlumbingLog.DaemonStartFailed(logger, program, thing.Owner, e.Message);
        }
    }

    /// <summary>Lets go of all daemons; they run on.</summary>
    public void Dispose()
    {
        foreach (var kept in _kept.Values) kept.Hold(daemon: null, startedAt: 0);
    }

    private async Task StartAsync(Thing thing, Kept kept, CancellationToken cancellationToken)
    {
        var spec = kept.Work!.Spec;
        kept.Work.BeforeStart();
        File.Delete(spec.Home.PidFile);
        var purpose = $"starting {spec.Home.Program} of {thing.Owner}";
        await runner.RunAsync(IpTool.Inside(spec.NetworkNamespace, purpose, spec.Arguments[0], [.. spec.Arguments.Skip(1)]), cancellationToken);
        kept.Hold(Daemon.Find(spec.Home) ?? throw new ProcessFailedException($"{purpose}: it ended right away", exitCode: null), time.GetTimestamp());
        kept.Untold = false;
    }

    private static TimeSpan PauseAfter(int failures) =>
        failures <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, failures - 1)));

    private sealed class Kept
    {
        public Daemon? Daemon { get; private set; }

        public DaemonWork? Work { get; set; }

        public bool Untold { get; set; }

        public long StartedAt { get; private set; }

        public int Failures { get; set; }

        public DateTimeOffset NotBefore { get; set; }

        public void Hold(Daemon? daemon, long startedAt)
        {
            if (!ReferenceEquals(daemon, Daemon)) Daemon?.Dispose();
            Daemon = daemon;
            StartedAt = startedAt;
        }
    }
}
