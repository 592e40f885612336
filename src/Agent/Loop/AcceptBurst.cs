using System.Runtime.InteropServices;

namespace Firstlight.Agent.Loop;

/// <summary>How many connections a listening socket accepts in a turn of its loop: one, and more only where more are seen to wait.</summary>
/// <remarks>
/// To ask a socket that has no connection left costs most of what it costs to accept one: the kernel makes all of the connection but the connection, and takes it back. Of a
/// network whose guests come one by one that would be every second call. The loop is told anyway, in its next turn, of a socket that was left with some.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal struct AcceptBurst
{
    /// <summary>A few connections of a busy network, then one of the next: see <see cref="GuestLoop"/>.</summary>
    public const int Most = 16;

    private int _last;
    private long _lastTurn;

    /// <summary>How many to accept now.</summary>
    /// <param name="turn">Number of the turn, from 1 on.</param>
    /// <returns>One for a socket that was not ready in the turn before; twice as many as then for one that was, up to <see cref="Most"/>.</returns>
    public int In(long turn)
    {
        _last = turn == _lastTurn + 1 ? Math.Clamp(_last * 2, 1, Most) : 1;
        _lastTurn = turn;
        return _last;
    }

    /// <summary>Fewer were waiting.</summary>
    /// <param name="accepted">How many.</param>
    public void Had(int accepted) => _last = accepted / 2;
}
