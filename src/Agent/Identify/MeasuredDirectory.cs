using System.Diagnostics.CodeAnalysis;
using Firstlight.Inventory;

namespace Firstlight.Agent.Identify;

/// <summary>A port directory, and how long it takes. An answer that is there at once is counted and costs nothing more.</summary>
internal sealed class MeasuredDirectory(IPortDirectory inner, AgentMetrics metrics, TimeProvider time) : IPortDirectory
{
    public ValueTask<PortLookup> FindAsync(PortQuery query, CancellationToken cancellationToken) =>
        Measure(inner.FindAsync(query, cancellationToken));

    public bool TryFind(in PortQuery query, [MaybeNullWhen(false)] out FoundPort port)
    {
        if (!inner.TryFind(query, out port)) return false;
        metrics.LookedUp();
        return true;
    }

    public ValueTask<PortLookup> FindAfreshAsync(PortQuery query, CancellationToken cancellationToken) =>
        Measure(inner.FindAfreshAsync(query, cancellationToken));

    private ValueTask<PortLookup> Measure(ValueTask<PortLookup> lookup)
    {
        if (!lookup.IsCompletedSuccessfully) return MeasureLaterAsync(lookup, time.GetTimestamp());
        metrics.LookedUp();
        return lookup;
    }

    private async ValueTask<PortLookup> MeasureLaterAsync(ValueTask<PortLookup> lookup, long began)
    {
        var failed = true;
        try
        {
            var found = await lookup;
            failed = false;
            return found;
        }
        finally
        {
            metrics.LookedUp(time.GetElapsedTime(began), failed);
        }
    }
}
