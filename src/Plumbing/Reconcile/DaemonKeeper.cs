using System.Collections.Concurrent;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Processes;
using Microsoft.Extensions.Logging;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What a daemon needs around its start.</summary>
/// <param name="Spec">The daemon.</param>
/// <param name="WriteFiles">Writes the files it rereads; returns whether any differed.</param>
/// <param name="MustRestart">Whether rereading is not enough. Asked before the files are written.</param>
/// <param name="BeforeStart">Writes the files it reads at its start only.</param>
internal sealed record DaemonWork(DaemonSpec Spec, Func<bool> WriteFiles, Func<bool> MustRestart, Action BeforeStart);

/// <summary>Keeps daemons running: adopts, reloads, replaces, and starts again what died. Callers hold the unit's lock.</summary>
internal sealed class DaemonKeeper(ProcessRunner runner, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<Unit, Kept> _kept = new();

    /// <summary>Makes a unit's daemon right.</summary>
    public async Task EnsureAsync(Unit unit, DaemonWork work, string? namespaceIdentity, ICollection<string> changes, CancellationToken cancellationToken)
    {
        StateFiles.MakeDirectory(work.Spec.Directory);
        var kept = _kept.GetOrAdd(unit, _ => new Kept());
        var restart = work.MustRestart();

        // One that this process did not tell of the files yet may have missed them: we may have ended between writing and telling.
        kept.Untold |= kept.Daemon is null | work.WriteFiles();
        kept.Work = work;
        var daemon = kept.Daemon is { HasExited: false } held ? held : Daemon.Find(work.Spec.Directory);
        if (daemon is not null && daemon.Fits(work.Spec, namespaceIdentity) && !restart)
        {
            if (kept.Untold && daemon.Reload() && kept.Daemon is not null) changes.Add($"reloaded dnsmasq of {unit}");
            kept.Untold = false;
            kept.Hold(daemon, kept.StartedAt);
            return;
        }

        if (daemon is not null) await daemon.StopAsync(time, cancellationToken);
        daemon?.Dispose();
        kept.Hold(daemon: null, kept.StartedAt);
        await StartAsync(unit, kept, cancellationToken);
        changes.Add($"started dnsmasq of {unit}");
    }

    /// <summary>Stops the daemon of a directory, ours or left by a process of ours that is gone, and removes the directory.</summary>
    public async Task RemoveAsync(Unit unit, string directory, CancellationToken cancellationToken)
    {
        if (_kept.TryRemove(unit, out var kept)) kept.Hold(daemon: null, startedAt: 0);
        using var daemon = Daemon.Find(directory);
        if (daemon is not null) await daemon.StopAsync(time, cancellationToken);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    /// <summary>Units whose daemon has ended and is due to be started again.</summary>
    public IReadOnlyList<Unit> Due()
    {
        var running = _kept.Select(k => (Unit: k.Key, k.Value.Daemon)).Where(k => k.Daemon is not null).ToList();
        var exited = PidFd.AnyExited([.. running.Select(k => k.Daemon!.Process)]);
        var dead = running.Where((_, i) => exited[i]).Select(k => k.Unit);
        var failed = _kept.Where(k => k.Value is { Daemon: null, Work: not null }).Select(k => k.Key);
        return [.. dead.Concat(failed).Where(u => _kept.TryGetValue(u, out var k) && (k.Daemon is not null || time.GetUtcNow() >= k.NotBefore))];
    }

    /// <summary>Starts a daemon again that ended. One that keeps ending is given ever longer pauses.</summary>
    public async Task RestartAsync(Unit unit, CancellationToken cancellationToken)
    {
        if (!_kept.TryGetValue(unit, out var kept) || kept.Work is null || kept.Daemon is { HasExited: false }) return;
        if (kept.Daemon is { } dead)
        {
            kept.Failures = time.GetElapsedTime(kept.StartedAt) < Stable && kept.StartedAt != 0 ? kept.Failures + 1 : 0;
            PlumbingLog.DaemonDied(logger, unit, dead.Pid, kept.Failures);
            dead.Dispose();
            kept.Hold(daemon: null, kept.StartedAt);
            kept.NotBefore = time.GetUtcNow() + PauseAfter(kept.Failures - 1);
        }

        if (time.GetUtcNow() < kept.NotBefore) return;
        try
        {
            await StartAsync(unit, kept, cancellationToken);
            PlumbingLog.DaemonRestarted(logger, unit);
        }
        catch (Exception e) when (e is ProcessFailedException or IOException)
        {
            kept.Failures++;
            kept.NotBefore = time.GetUtcNow() + PauseAfter(kept.Failures);
            PlumbingLog.DaemonStartFailed(logger, unit, e.Message);
        }
    }

    /// <summary>Lets go of all daemons; they run on.</summary>
    public void Dispose()
    {
        foreach (var kept in _kept.Values) kept.Hold(daemon: null, startedAt: 0);
    }

    private async Task StartAsync(Unit unit, Kept kept, CancellationToken cancellationToken)
    {
        var spec = kept.Work!.Spec;
        kept.Work.BeforeStart();
        File.Delete(spec.PidFile);
        await runner.RunAsync(
            IpTool.Inside(spec.NetworkNamespace, $"starting dnsmasq of {unit}", spec.Arguments[0], [.. spec.Arguments.Skip(1)]), cancellationToken);
        kept.Hold(
            Daemon.Find(spec.Directory) ?? throw new ProcessFailedException($"starting dnsmasq of {unit}: it ended right away", exitCode: null), time.GetTimestamp());
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
