using System.Collections.Concurrent;
using Firstlight.Agent.Guests;
using Firstlight.Agent.Loop.Interop;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Loop;

/// <summary>One thread that accepts, reads, answers and closes for many listening sockets, by epoll(7). It never waits for anything but the next event.</summary>
/// <remarks>
/// A turn gives every socket that is ready a bounded piece of work, so nobody's load keeps another waiting longer than a turn. All state of acceptors and connections
/// belongs to the thread; others have it do things by <see cref="RunAsync"/>.
/// </remarks>
internal sealed class GuestLoop : IDisposable
{
    // Larger than any plain request, with some of them at once.
    private const int InputLength = 16 * 1024;
    private const int MostEvents = 256;
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseOfAcceptors = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DescriptorHandle _epoll = Epoll.Create();
    private readonly DescriptorHandle _wake = Epoll.CreateEvent();
    private readonly ConcurrentQueue<Errand> _errands = new();
    private readonly WatchTable _watched = new();
    private readonly List<LoopAcceptor> _acceptors = [];
    private readonly Thread _thread;
    private bool _ending;
    private long _sweptAt;

    public GuestLoop(string name, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        Answers = new AnswerBuffer(time);
        Epoll.Control(_epoll, Epoll.EPOLL_CTL_ADD, _wake.Number, Epoll.EPOLLIN, WatchTable.Nobody);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Where whoever is looked at receives; what is in it lasts as long as the look.</summary>
    public byte[] Input { get; } = GC.AllocateUninitializedArray<byte>(InputLength, pinned: true);

    /// <summary>Where answers are written; the same.</summary>
    public AnswerBuffer Answers { get; }

    /// <summary>Number of the turn, from 1 on. For the thread.</summary>
    public long Turn { get; private set; }

    /// <summary>Has the thread do something between two turns.</summary>
    public Task RunAsync(Action work)
    {
        var errand = new Errand(work);
        _errands.Enqueue(errand);
        Epoll.Signal(_wake);
        return errand.Done.Task;
    }

    /// <summary>Ends the thread. Whatever it watched must have been given back before.</summary>
    public void Dispose()
    {
        // Not waited for: who disposes may hold what the thread's last errand completes.
        _ = RunAsync(() => _ending = true);
        _thread.Join();
        _wake.Dispose();
        _epoll.Dispose();
    }

    /// <summary>Connections that stay open; while there are any, every acceptor is swept once a second. For the thread.</summary>
    public int Kept { get; set; }

    /// <summary>Acceptors that wait for descriptors; while there are any, every acceptor is swept soon. For the thread.</summary>
    public int Paused { get; set; }

    /// <summary>Begins to watch a descriptor. For the thread.</summary>
    public void Watch(IWatched watched, int descriptor, uint events)
    {
        watched.Ticket = _watched.Add(watched);
        try
        {
            Epoll.Control(_epoll, Epoll.EPOLL_CTL_ADD, descriptor, events, watched.Ticket);
        }
        catch
        {
            _watched.Remove(watched.Ticket);
            throw;
        }
    }

    /// <summary>Changes what it is watched for. For the thread.</summary>
    public void Rewatch(IWatched watched, int descriptor, uint events) =>
        Epoll.Control(_epoll, Epoll.EPOLL_CTL_MOD, descriptor, events, watched.Ticket);

    /// <summary>Stops watching it. For the thread.</summary>
    public void Unwatch(IWatched watched, int descriptor)
    {
        Epoll.Control(_epoll, Epoll.EPOLL_CTL_DEL, descriptor, 0, WatchTable.Nobody);
        _watched.Remove(watched.Ticket);
    }

    /// <summary>Stops watching a descriptor that is closed next, which the kernel takes for the same. For the thread.</summary>
    public void Forget(IWatched watched) => _watched.Remove(watched.Ticket);

    /// <summary>Has an acceptor swept now and then. For the thread.</summary>
    public void Add(LoopAcceptor acceptor) => _acceptors.Add(acceptor);

    /// <inheritdoc cref="Add"/>
    public void Remove(LoopAcceptor acceptor) => _acceptors.Remove(acceptor);

    private void Run()
    {
        var events = new EpollEvents(stackalloc byte[MostEvents * EpollEvents.Stride]);
        while (!_ending)
        {
            var ready = Epoll.Wait(_epoll, events, TimeLeft());
            Turn++;
            for (var i = 0; i < ready; i++) Serve(events.DataOf(i));
            RunErrands();
            SweepIfDue();
        }
    }

    private void Serve(ulong ticket)
    {
        if (ticket == WatchTable.Nobody)
        {
            Epoll.Reset(_wake);
            return;
        }

        if (_watched.Find(ticket) is not { } watched) return;
        try
        {
            watched.Serve();
        }
        catch (Exception e)
        {
            // The border of a connection: one that fails ends, the others go on.
            LoopLog.Failed(_logger, e);
            watched.GiveUp();
        }
    }

    private void RunErrands()
    {
        while (_errands.TryDequeue(out var errand)) errand.Run();
    }

    // A loop that has nothing that could grow too old sleeps until something happens.
    private int TimeLeft()
    {
        if (Kept == 0 && Paused == 0) return Timeout.Infinite;
        var left = Period - _time.GetElapsedTime(_sweptAt);
        return left <= TimeSpan.Zero ? 0 : (int)left.TotalMilliseconds + 1;
    }

    private TimeSpan Period => Paused == 0 ? SweepPeriod : PauseOfAcceptors;

    private void SweepIfDue()
    {
        if (Kept == 0 && Paused == 0) return;
        var now = _time.GetTimestamp();
        if (_time.GetElapsedTime(_sweptAt, now) < Period) return;
        _sweptAt = now;
        foreach (var acceptor in _acceptors)
        {
            try
            {
                acceptor.Sweep(now);
            }
            catch (Exception e)
            {
                // One network's fault: the others are swept all the same.
                LoopLog.SweepFailed(_logger, e);
            }
        }
    }

    private sealed class Errand(Action work)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Run()
        {
            try
            {
                work();
                Done.SetResult();
            }
            catch (Exception e)
            {
                Done.SetException(e);
            }
        }
    }
}
