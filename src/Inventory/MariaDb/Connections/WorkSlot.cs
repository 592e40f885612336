using System.Diagnostics.CodeAnalysis;
using Firstlight.Inventory.MariaDb.Native;

namespace Firstlight.Inventory.MariaDb.Connections;

/// <summary>Where callers leave work for a connection's thread, one piece at a time, and where they send it home. Safe for all threads.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Whoever left the last work may still be about to set the signal when the thread is gone: the finalizer frees it.")]
internal sealed class WorkSlot
{
    private readonly Lock _gate = new();
    private readonly ThreadSignal _news = new();
    private Action? _work;
    private bool _isBusy;
    private bool _isLeaving;

    /// <summary>Whether work is waiting or under way.</summary>
    public bool IsBusy => Volatile.Read(ref _isBusy);

    /// <summary>Whether the thread was told to end: no more work is taken.</summary>
    public bool IsLeaving => Volatile.Read(ref _isLeaving);

    /// <summary>Leaves work for the thread; false when it is ending.</summary>
    /// <exception cref="InvalidOperationException">Other work is waiting or under way.</exception>
    public bool TryPost(Action work)
    {
        lock (_gate)
        {
            if (_isLeaving) return false;
            if (_isBusy) throw new InvalidOperationException("the connection is busy with another statement or an open reader's rows");
            _isBusy = true;
            _work = work;
        }
        _news.Set();
        return true;
    }

    /// <summary>The thread's: waits for work. Null, and only then, the thread ends.</summary>
    /// <remarks>What was posted comes out also when the thread is to leave: somebody waits for its answer, which a cut connection gives at once.</remarks>
    public Action? Take()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_work is not null || _isLeaving)
                {
                    var work = _work;
                    _work = null;
                    return work;
                }
            }
            _news.Wait();
        }
    }

    /// <summary>The thread's: the work taken is done. Called before its answer is given, since the caller may post again at once.</summary>
    public void Release(bool isLeaving)
    {
        lock (_gate)
        {
            _isBusy = false;
            _isLeaving |= isLeaving;
        }
    }

    /// <summary>Tells the thread to end after the work it has.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _isLeaving = true;
        }
        _news.Set();
    }
}
