using System.Threading.Channels;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Snapshots;

/// <summary>Builds the snapshots of instances that came or changed before their guests ask: a port is in the inventory some seconds before its machine boots.</summary>
/// <remarks>One at a time, so that a guest who does ask waits behind one build at the most, however many came at once.</remarks>
internal sealed class SnapshotsAhead(SnapshotCache cache, IInventoryChanges changes, ApiMetrics metrics, ILogger logger)
{
    // Who is not waited for in here is built when it asks.
    private const int MostWaiting = 1024;

    /// <summary>Builds until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var touched = Channel.CreateBounded<InstanceId>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        changes.Changed += OnChanged;
        try
        {
            await foreach (var id in touched.Reader.ReadAllAsync(cancellationToken)) await BuildAsync(id, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to end.
        }
        finally
        {
            changes.Changed -= OnChanged;
        }

        // A change of too many to name comes with a start or a new cloud file: they are built as they ask.
        void OnChanged(InventoryNotice notice)
        {
            foreach (var id in notice.Touched ?? []) touched.Writer.TryWrite(id);
        }
    }

    private async Task BuildAsync(InstanceId id, CancellationToken cancellationToken)
    {
        try
        {
            if (await cache.BuildAheadAsync(id, cancellationToken)) metrics.BuiltAhead();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // The border of a build nobody waits for: counted with all builds, and logged aloud when a guest asks and it fails again.
            ApiLog.NotBuiltAhead(logger, id.Value, e.Message, e);
        }
    }
}
