using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Agent.Listeners;

/// <summary>One wanted listener and how it fares. Changed only within a turn, but for <see cref="LookSoon"/>.</summary>
internal sealed class WantedListener(ListenerSpec spec)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private volatile NamespaceListener? _listener;
    private TimeSpan _pause = FirstPause;
    private long _failedAt;
    private bool _isToLookAt;

    public ListenerSpec Spec => spec;

    /// <summary>Outlives each listening socket, so that counts go on when a namespace is recreated.</summary>
    public ListenerFeature Feature { get; } = new(spec);

    public bool IsHome { get; init; }

    public NamespaceListener? Listener => _listener;

    public NamespaceInode Inode { get; private set; }

    public ListenerState State { get; private set; } = ListenerState.Failing;

    public string? Problem { get; private set; }

    public void Opened(NamespaceListener listener, NamespaceInode inode)
    {
        Inode = inode;
        State = ListenerState.Listening;
        Problem = null;
        lock (_gate) _pause = FirstPause;
        _listener = listener;
    }

    public NamespaceListener? Closed()
    {
        var listener = _listener;
        _listener = null;
        State = ListenerState.NamespaceMissing;
        RetrySoon();
        return listener;
    }

    /// <summary>Notes a failed attempt and lengthens the pause before the next.</summary>
    /// <returns>Whether the reason is new, so worth a log line.</returns>
    public bool Fail(ListenerState state, string problem, TimeProvider time)
    {
        var isNew = problem != Problem;
        State = state;
        Problem = problem;
        lock (_gate)
        {
            _failedAt = time.GetTimestamp();
            _pause = _pause >= LongestPause / 2 ? LongestPause : _pause * 2;
        }

        return isNew;
    }

    /// <summary>Something changed about its namespace: one that listens is looked at in the next turn, and one that does not is tried.</summary>
    public void LookSoon()
    {
        Volatile.Write(ref _isToLookAt, true);
        RetrySoon();
    }

    /// <summary>Whether something changed since this was asked last.</summary>
    public bool TakeLook() => Interlocked.Exchange(ref _isToLookAt, false);

    public TimeSpan DueIn(TimeProvider time)
    {
        lock (_gate) return _failedAt == 0 ? TimeSpan.Zero : _pause - time.GetElapsedTime(_failedAt);
    }

    public ListenerStatus Describe()
    {
        var listener = _listener;
        return new ListenerStatus(
            spec.Scope,
            spec.Address,
            listener?.Port ?? spec.Port,
            spec.NamespacePath,
            listener is null ? State : ListenerState.Listening,
            listener is null ? Problem : null,
            listener?.Connections ?? 0,
            Feature.Requests);
    }

    private void RetrySoon()
    {
        lock (_gate)
        {
            _failedAt = 0;
            _pause = FirstPause;
        }
    }
}
