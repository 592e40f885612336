using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Firstlight.Agent.Guests;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Listeners;
using Firstlight.Agent.Loop.Interop;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Loop;

/// <summary>One listening socket in a loop: accepts, answers what can be answered at once, and gives the rest to Kestrel. Belongs to the thread of the loop.</summary>
internal sealed class LoopAcceptor(NamespaceListener home, Socket socket, GuestLoop loop, GuestTalk talk, AgentOptions options, TimeProvider time, ILogger logger)
    : IAcceptor, IWatched
{
    // What a network may have of guests whose addresses are remembered; when it has more they are made anew.
    private const int MostPeers = 1024;

    // The kernel waits that long for a guest to say something before it tells of the connection; then it is accepted silent, and may be idle here.
    private const int DeferSeconds = 1;

    // As Kestrel is told to: see GuestServer.
    private const int SlowestBytesPerSecond = 240;
    private static readonly TimeSpan GraceOfSlow = TimeSpan.FromSeconds(5);

    private readonly Dictionary<UInt128, GuestPeer> _peers = [];
    private readonly List<LoopConnection> _kept = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AcceptBurst _burst;
    private int _descriptor = -1;
    private volatile int _connections;
    private volatile int _leaving;
    private volatile bool _hasFailed;
    private bool _isPaused;
    private bool _isStopped;
    private bool _isFinishing;

    public ulong Ticket { get; set; }

    public int Connections => _connections + _leaving;

    public bool HasFailed => _hasFailed;

    public void Start()
    {
        socket.Blocking = false;
        socket.SetRawSocketOption(ConnectionCalls.SOL_TCP, ConnectionCalls.TCP_DEFER_ACCEPT, BitConverter.GetBytes(DeferSeconds));
        _ = loop.RunAsync(Begin);
    }

    public Task StopAsync() => loop.RunAsync(Stop);

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await loop.RunAsync(Finish);
        await _drained.Task.WaitAsync(cancellationToken);
    }

    public Task ResetAsync() => loop.RunAsync(() =>
    {
        while (_kept is [.., var connection]) Leave(connection, ConnectionCalls.Reset);
        loop.Remove(this);
    });

    /// <summary>Accepts a few connections and looks at each.</summary>
    public void Serve()
    {
        Span<byte> address = stackalloc byte[ConnectionCalls.AddressLength];
        var most = _burst.In(loop.Turn);
        for (var i = 0; i < most; i++)
        {
            var descriptor = ConnectionCalls.Accept(_descriptor, address);
            if (descriptor >= 0)
            {
                Welcome(descriptor, address);
            }
            else if (!MayGoOn(-descriptor))
            {
                _burst.Had(i);
                return;
            }
        }
    }

    public void GiveUp() => Fail("see the line before");

    /// <summary>Reads what a connection sent and answers it.</summary>
    /// <param name="descriptor">The connection.</param>
    /// <param name="peer">Who is at its other end.</param>
    /// <param name="kept">Null in its first turn.</param>
    public void Look(int descriptor, GuestPeer peer, LoopConnection? kept)
    {
        var received = ConnectionCalls.Receive(descriptor, loop.Input);
        if (received == -ConnectionCalls.EAGAIN)
        {
            if (kept is null && !HasRoom()) Refuse(descriptor);
            else Keep(descriptor, peer, kept);
            return;
        }

        if (received <= 0)
        {
            End(descriptor, kept);
            return;
        }

        loop.Answers.Clear();
        var bytes = loop.Input.AsSpan(0, received);
        var result = talk.Answer(home.Feature, peer, bytes, loop.Answers);
        var answers = loop.Answers.Written;
        var sent = answers.IsEmpty ? 0 : ConnectionCalls.Send(descriptor, answers, isLast: result.End == TalkEnd.Close);
        if (sent < 0) End(descriptor, kept);
        else if (sent == answers.Length) GoOn(descriptor, peer, kept, bytes[result.Taken..], result);
        else Hold(descriptor, peer, kept, answers[sent..], bytes[result.Taken..], result);
    }

    /// <summary>Does with a connection what is next, once its answers are sent.</summary>
    /// <param name="descriptor">The connection.</param>
    /// <param name="peer">Who is at its other end.</param>
    /// <param name="kept">Null in its first turn.</param>
    /// <param name="rest">What was received and not taken.</param>
    /// <param name="next">What is next.</param>
    public void GoOn(int descriptor, GuestPeer peer, LoopConnection? kept, ReadOnlySpan<byte> rest, in TalkResult next)
    {
        switch (next.End)
        {
            case TalkEnd.Open when !_isFinishing:
                Keep(descriptor, peer, kept);
                break;
            case TalkEnd.HandOver:
                Give(descriptor, peer, kept, new Replay(rest.ToArray(), next.IsCounted));
                break;
            default:
                End(descriptor, kept);
                break;
        }
    }

    /// <summary>Closes a connection.</summary>
    public void End(int descriptor, LoopConnection? kept)
    {
        if (kept is null) ConnectionCalls.Close(descriptor);
        else Leave(kept, ConnectionCalls.Close);
    }

    /// <summary>A connection that was given away has arrived, or is gone. For any thread.</summary>
    public void HandedOver() => Interlocked.Decrement(ref _leaving);

    /// <summary>Ends connections that are silent or take their answer too slowly, and accepts again after a pause.</summary>
    public void Sweep(long now)
    {
        if (_isPaused) Resume();
        for (var i = _kept.Count - 1; i >= 0; i--)
        {
            var connection = _kept[i];
            if (connection.Deadline > now) continue;
            Leave(connection, connection.IsIdle ? ConnectionCalls.Close : ConnectionCalls.Reset);
        }
    }

    private void Begin()
    {
        if (_isStopped) return;
        loop.Add(this);
        try
        {
            loop.Watch(this, (int)socket.Handle, Epoll.EPOLLIN);
            _descriptor = (int)socket.Handle;
        }
        catch (IOException e)
        {
            Fail(e.Message);
        }
    }

    private void Stop()
    {
        if (_isStopped) return;
        _isStopped = true;
        if (_descriptor >= 0) Unlisten();
    }

    private void Finish()
    {
        _isFinishing = true;
        for (var i = _kept.Count - 1; i >= 0; i--)
        {
            if (_kept[i].IsIdle) Leave(_kept[i], ConnectionCalls.Close);
        }

        SeeWhetherDrained();
    }

    private void SeeWhetherDrained()
    {
        if (_isFinishing && _kept.Count == 0) _drained.TrySetResult();
    }

    private void Unlisten()
    {
        if (_isPaused) Resume();
        loop.Unwatch(this, _descriptor);
        _descriptor = -1;
    }

    private void Welcome(int descriptor, ReadOnlySpan<byte> address)
    {
        try
        {
            if (PeerOf(address) is { } peer) Look(descriptor, peer, kept: null);
            else ConnectionCalls.Close(descriptor);
        }
        catch (Exception e)
        {
            // The border of a connection in its first turn: what it threw before it was kept or given away ends it.
            LoopLog.Failed(logger, e);
            ConnectionCalls.Close(descriptor);
        }
    }

    private bool MayGoOn(int error)
    {
        switch (error)
        {
            case ConnectionCalls.EAGAIN:
                return false;
            case ConnectionCalls.EMFILE or ConnectionCalls.ENFILE or ConnectionCalls.ENOBUFS or ConnectionCalls.ENOMEM:
                Pause(Marshal.GetPInvokeErrorMessage(error));
                return false;
            case ConnectionCalls.EINVAL or ConnectionCalls.ENOTSOCK:
                Fail(Marshal.GetPInvokeErrorMessage(error));
                return false;
            default:
                // The guest was gone before it was looked at, or its network is.
                return true;
        }
    }

    // The connection stays in the backlog, and looking again at once would only burn the processor.
    private void Pause(string reason)
    {
        ListenersLog.AcceptFailed(logger, home.Feature.Spec, reason);
        loop.Rewatch(this, _descriptor, 0);
        _isPaused = true;
        loop.Paused++;
    }

    private void Resume()
    {
        loop.Rewatch(this, _descriptor, Epoll.EPOLLIN);
        _isPaused = false;
        loop.Paused--;
    }

    private void Fail(string reason)
    {
        ListenersLog.AcceptEnded(logger, home.Feature.Spec, reason);
        if (_descriptor >= 0) Unlisten();
        _hasFailed = true;
    }

    private GuestPeer? PeerOf(ReadOnlySpan<byte> address)
    {
        var bytes = MemoryMarshal.Read<ushort>(address) switch
        {
            ConnectionCalls.AF_INET => address[4..8],
            ConnectionCalls.AF_INET6 => address[8..24],
            _ => default,
        };
        if (bytes.IsEmpty) return null;
        var key = bytes.Length == 4 ? 0xffff_0000_0000 | (UInt128)BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
        if (_peers.TryGetValue(key, out var peer)) return peer;
        if (_peers.Count >= MostPeers) _peers.Clear();
        return _peers[key] = new GuestPeer(home.Feature.Scope, new IPAddress(bytes));
    }

    private void Keep(int descriptor, GuestPeer peer, LoopConnection? kept)
    {
        if (Keep(descriptor, peer, kept, Epoll.EPOLLIN) is { } connection) connection.Deadline = In(options.IdleTimeout);
    }

    private void Hold(int descriptor, GuestPeer peer, LoopConnection? kept, ReadOnlySpan<byte> unsent, ReadOnlySpan<byte> rest, in TalkResult next)
    {
        if (Keep(descriptor, peer, kept, Epoll.EPOLLOUT) is not { } connection) return;
        connection.Hold(unsent, rest, next);
        connection.Deadline = In(GraceOfSlow + TimeSpan.FromSeconds((double)unsent.Length / SlowestBytesPerSecond));
    }

    private LoopConnection? Keep(int descriptor, GuestPeer peer, LoopConnection? kept, uint events)
    {
        if (kept is null) return KeepNew(descriptor, peer, events);
        if (kept.Events == events) return kept;
        loop.Rewatch(kept, descriptor, events);
        kept.Events = events;
        return kept;
    }

    private LoopConnection? KeepNew(int descriptor, GuestPeer peer, uint events)
    {
        if (!HasRoom())
        {
            ConnectionCalls.Close(descriptor);
            return null;
        }

        var connection = new LoopConnection(this, descriptor, peer) { Index = _kept.Count, Events = events };
        loop.Watch(connection, descriptor, events);
        _kept.Add(connection);
        _connections = _kept.Count;
        loop.Kept++;
        return connection;
    }

    private void Give(int descriptor, GuestPeer peer, LoopConnection? kept, in Replay replay)
    {
        if (kept is null && !HasRoom())
        {
            Refuse(descriptor);
            return;
        }

        if (kept is not null) loop.Unwatch(kept, descriptor);

        // In this order, so that it is counted all the time.
        Interlocked.Increment(ref _leaving);
        if (kept is not null) Drop(kept);

        ThreadPool.UnsafeQueueUserWorkItem(new HandOver(this, home, descriptor, peer, replay, logger), preferLocal: false);
    }

    private static void Refuse(int descriptor)
    {
        _ = ConnectionCalls.Send(descriptor, TooManyConnections.Answer, isLast: true);
        ConnectionCalls.Close(descriptor);
    }

    private bool HasRoom()
    {
        if (home.Connections < options.MaxConnectionsPerListener) return true;
        ListenersLog.TooManyConnections(logger, home.Feature.Spec, options.MaxConnectionsPerListener);
        return false;
    }

    private void Leave(LoopConnection connection, Action<int> close)
    {
        loop.Forget(connection);
        Drop(connection);
        close(connection.Descriptor);
    }

    private void Drop(LoopConnection connection)
    {
        var last = _kept[^1];
        _kept[connection.Index] = last;
        last.Index = connection.Index;
        _kept.RemoveAt(_kept.Count - 1);
        _connections = _kept.Count;
        loop.Kept--;
        SeeWhetherDrained();
    }

    private long In(TimeSpan span) => time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);
}
