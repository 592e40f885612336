using Firstlight.Agent.Limit;
using Firstlight.Inventory;

namespace Firstlight.Agent.Listeners;

/// <summary>What every connection of one listener knows about where it came in, and what is counted there.</summary>
/// <param name="spec">The listener. Its namespace path is empty for the process's own namespace.</param>
internal sealed class ListenerFeature(ListenerSpec spec)
{
    private long _requests;

    public ListenerSpec Spec => spec;

    public Scope Scope => spec.Scope;

    /// <summary>The places that requests which came in here have.</summary>
    public RequestPlaces.Taker Places { get; } = new();

    public long Requests => Interlocked.Read(ref _requests);

    public void CountRequest() => Interlocked.Increment(ref _requests);
}
