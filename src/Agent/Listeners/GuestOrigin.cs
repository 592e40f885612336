using Firstlight.Agent.Identify;

namespace Firstlight.Agent.Listeners;

/// <summary>Where a guest's connection comes from; a feature of it. No header takes part in it.</summary>
/// <param name="listener">The listener it came in by.</param>
/// <param name="peer">Who is at its other end.</param>
/// <param name="isCounted">Whether the rate limiter has counted the first request on it already.</param>
internal sealed class GuestOrigin(ListenerFeature listener, GuestPeer peer, bool isCounted)
{
    private bool _isCounted = isCounted;

    public ListenerFeature Listener => listener;

    public GuestPeer Peer => peer;

    /// <summary>Whether the rate limiter has counted the request that is read now: true for the first one at most. To be asked once for each.</summary>
    public bool TakeCount()
    {
        var wasCounted = _isCounted;
        _isCounted = false;
        return wasCounted;
    }
}
