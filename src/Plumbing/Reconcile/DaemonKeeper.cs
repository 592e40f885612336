using System.Collections.Concurrent;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Processes;
using Microsoft.Extensions.Logging;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What a daemon needs around its start.</summary>
/// <param name="Spec">The daemon.</param>
/// <param name="FilesToWrite">Of the files it rereads those that are not as they should be. Null when it reads nothing after its start.</param>
/// <param name="MustRestart">Whether rereading is not enough. Asked of one that runs, before the files are written; null for never.</param>
/// <param name="BeforeStart">Writes the files it reads at its start only. Called when the former one has ended, so what is in them is what the one that runs has read.</param>
internal sealed record DaemonWork(DaemonSpec Spec, Func<IReadOnlyList<StateFile>>? FilesToWrite, Func<CancellationToken, Task<bool>>? MustRestart, Action BeforeStart);

/// <summary>Keeps daemons running: adopts, reloads, replaces, and starts again what died. Each is known by its entry in the journal. Callers hold its owner's lock.</summary>
/// <param name="hand">Starts and ends them.</param>
/// <param name="time">Clock of pauses.</param>
/// <param name="follow">Told of each daemon that is held, at each look, so that its end is heard of.</param>
/// <param name="logger">Where deaths are told.</param>
internal sealed class DaemonKeeper(Hand hand, TimeProvider time, Action<Thing, PidFd> follow, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<Thing, Kept> _kept = new();

    // Those of a former process of ours. What this one starts has a pid file, or is held.
    private readonly DaemonCensus _census = new();

    /// <summary>Makes a daemon right.</summary>
    /// <exception cref="UnitWaitsException">It keeps ending as soon as it is started, and is left alone for a while.</exception>
    public async Task EnsureAsync(Thing thing, DaemonWork work, string? namespaceIdentity, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var home = work.Spec.Home;
        var kept = _kept.GetOrAdd(thing, _ => new Kept());
        var died = Bury(thing, kept, home.Program);
        hand.MakeDirectory(Path.GetDirectoryName(home.PidFile)!);
        var daemon = kept.Daemon ?? await FindAsync(home, cancellationToken);
        var keep = daemon is not null && daemon.Fits(work.Spec, namespaceIdentity) && (work.MustRestart is null || !await work.MustRestart(cancellationToken));

        // It may have missed what was written before, by whoever ended before it told.
        var differ = Write(home, work.FilesToWrite?.Invoke() ?? []);
        var isUntold = differ || (work.FilesToWrite is not null && File.Exists(home.Untold));
        if (!work.Spec.Arguments.SequenceEqual(kept.Arguments, StringComparer.Ordinal)) kept.Forgive(work.Spec.Arguments);
        if (daemon is not null && keep)
        {
            if (isUntold)
            {
                if (hand.Reload(daemon) && differ) changes.Add($"reload {home.Program}");
                hand.Remove(home.Untold);
            }

            if ((kept.Daemon is not null || !daemon.IsNamed) && hand.Replace(home.PidFile, $"{daemon.Pid}\n")) changes.Add($"write {home.PidFile}");
            Hold(thing, kept, daemon, kept.StartedAt);
            return;
        }

        changes.Add($"{(daemon is null ? "start" : "restart")} {home.Program}");
        if (daemon is not null) await hand.StopAsync(daemon, time, cancellationToken);
        daemon?.Dispose();
        kept.Hold(daemon: null, kept.StartedAt);
        if (kept.NotBefore > time.GetUtcNow())
            throw new UnitWaitsException($"{home.Program} of {thing.Owner} ended {kept.Failures} times in a row right after it was started, so the next start waits", kept.NotBefore);
        if (hand.Shows) return;
        await StartAsync(thing, kept, work, cancellationToken);
        if (died) PlumbingLog.DaemonRestarted(logger, home.Program, thing.Owner);
    }

    /// <summary>Stops a daemon, ours or left by a process of ours that is gone, and removes what goes with it.</summary>
    public async Task RemoveAsync(Thing thing, DaemonHome home, CancellationToken cancellationToken)
    {
        if (_kept.TryRemove(thing, out var kept)) kept.Hold(daemon: null, startedAt: 0);
        using var daemon = await FindAsync(home, cancellationToken);
        if (daemon is not null) await hand.StopAsync(daemon, time, cancellationToken);
        foreach (var path in home.Files) hand.Remove(path);
    }

    /// <summary>Lets go of all daemons; they run on.</summary>
    public void Dispose()
    {
        foreach (var kept in _kept.Values) kept.Hold(daemon: null, startedAt: 0);
    }

    // A process of ours that was killed may have been starting it just then: whoever names its files is waited for until its pid file is written.
    private async Task<Daemon?> FindAsync(DaemonHome home, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var census = _census; ; census = new DaemonCensus())
        {
            var daemon = Daemon.Find(home, census);
            var isSettled = daemon is not null ? daemon.IsNamed || Daemon.AgeOf(daemon.Pid) > StartPatience : !census.Of(home).Any();
            if (isSettled || time.GetElapsedTime(start) > StartPatience) return daemon;
            daemon?.Dispose();
            await Task.Delay(LookAgain, time, cancellationToken);
        }
    }

    // One that keeps ending is given ever longer pauses.
    private bool Bury(Thing thing, Kept kept, string program)
    {
        if (kept.Daemon is not { HasExited: true } dead) return false;
        var isQuick = kept.StartedAt != 0 && time.GetElapsedTime(kept.StartedAt) < Stable;
        kept.Failures = isQuick ? kept.Failures + 1 : 0;
        kept.NotBefore = time.GetUtcNow() + PauseAfter(kept.Failures - 1);
        PlumbingLog.DaemonDied(logger, program, thing.Owner, dead.Pid, kept.Failures);
        kept.Hold(daemon: null, kept.StartedAt);
        return true;
    }

    private async Task StartAsync(Thing thing, Kept kept, DaemonWork work, CancellationToken cancellationToken)
    {
        var spec = work.Spec;
        work.BeforeStart();
        File.Delete(spec.Home.PidFile);
        var purpose = $"starting {spec.Home.Program} of {thing.Owner}";
        await hand.RunAsync(IpTool.Inside(spec.NetworkNamespace, purpose, spec.Arguments[0], [.. spec.Arguments.Skip(1)]), cancellationToken);
        Hold(thing, kept, Daemon.Find(spec.Home) ?? throw new ProcessFailedException($"{purpose}: it ended right away", exitCode: null), time.GetTimestamp());
        File.Delete(spec.Home.Untold);
    }

    // In this order: whenever we end, what was written is known to be untold.
    private bool Write(DaemonHome home, IReadOnlyList<StateFile> files)
    {
        if (files.Count == 0) return false;
        hand.Replace(home.Untold, "");
        foreach (var file in files) hand.Replace(file.Path, file.Text);
        return true;
    }

    private void Hold(Thing thing, Kept kept, Daemon daemon, long startedAt)
    {
        kept.Hold(daemon, startedAt);
        follow(thing, daemon.Process);
    }

    private static TimeSpan PauseAfter(int failures) =>
        failures <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, failures - 1)));

    private sealed class Kept
    {
        public Daemon? Daemon { get; private set; }

        public IReadOnlyList<string> Arguments { get; private set; } = [];

        public long StartedAt { get; private set; }

        public int Failures { get; set; }

        public DateTimeOffset NotBefore { get; set; }

        public void Hold(Daemon? daemon, long startedAt)
        {
            if (!ReferenceEquals(daemon, Daemon)) Daemon?.Dispose();
            Daemon = daemon;
            StartedAt = startedAt;
        }

        // With another command line it is another daemon, which may live.
        public void Forgive(IReadOnlyList<string> arguments) => (Arguments, Failures, NotBefore) = (arguments, 0, default);
    }
}
