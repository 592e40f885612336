using Firstlight.Agent.Guests;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Loop.Interop;

namespace Firstlight.Agent.Loop;

/// <summary>A connection that outlives its first turn: it is idle, or an answer is not sent yet. Belongs to the thread of the loop.</summary>
internal sealed class LoopConnection(LoopAcceptor home, int descriptor, GuestPeer peer) : IWatched
{
    private byte[] _unsent = [];
    private int _sent;
    private byte[] _rest = [];
    private TalkResult _next;

    public ulong Ticket { get; set; }

    /// <summary>Where it stands among those of its acceptor.</summary>
    public int Index { get; set; }

    public int Descriptor => descriptor;

    /// <summary>What it is watched for.</summary>
    public uint Events { get; set; }

    /// <summary>Whether it waits for the guest to ask.</summary>
    public bool IsIdle => _unsent.Length == 0;

    /// <summary>When it ends if nothing happens, as a timestamp.</summary>
    public long Deadline { get; set; }

    /// <summary>Holds what could not be sent at once; nothing more is read until it was.</summary>
    /// <param name="unsent">The rest of the answers.</param>
    /// <param name="rest">What was received and not taken.</param>
    /// <param name="next">How it goes on then.</param>
    public void Hold(ReadOnlySpan<byte> unsent, ReadOnlySpan<byte> rest, in TalkResult next)
    {
        _unsent = unsent.ToArray();
        _sent = 0;
        _rest = rest.ToArray();
        _next = next;
    }

    public void Serve()
    {
        if (IsIdle) home.Look(descriptor, peer, this);
        else SendMore();
    }

    public void GiveUp() => home.End(descriptor, this);

    private void SendMore()
    {
        var sent = ConnectionCalls.Send(descriptor, _unsent.AsSpan(_sent), isLast: _next.End == TalkEnd.Close);
        if (sent < 0)
        {
            home.End(descriptor, this);
            return;
        }

        _sent += sent;
        if (_sent < _unsent.Length) return;
        var rest = _rest;
        (_unsent, _rest) = ([], []);
        home.GoOn(descriptor, peer, this, rest, _next);
    }
}
