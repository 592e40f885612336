using Firstlight.Inventory;
using Firstlight.Inventory.Neutron;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Documents.OpenStack;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;

namespace Firstlight.Api.Snapshots;

/// <summary>Gathers the facts of an instance and the vendor data into a snapshot.</summary>
internal sealed class SnapshotBuilder(
    ApiOptions options,
    Signature signature,
    IInstanceSource source,
    VendorDataFile vendorData,
    bool hasDynamicVendorData,
    ISecurityGroupSource? securityGroups,
    ApiMetrics metrics,
    TimeProvider time)
{
    private readonly SnapshotSettings _settings = new()
    {
        DhcpDomain = options.DhcpDomain,
        NewestVersion = options.NewestVersion,
        VendorDataProviders = options.VendorDataProviders,
        StrictNova = options.StrictNova,
        SecurityGroupsComeLater = securityGroups is not null && !options.StrictNova,
        HasDynamicVendorData = hasDynamicVendorData,
    };

    /// <summary>Builds.</summary>
    /// <param name="id">As received.</param>
    /// <param name="clientAddress">Who asks.</param>
    /// <param name="verified">The id's signature where it is known; null has it computed.</param>
    /// <param name="revision">Of the store, read before.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <returns>Null when there is no such instance.</returns>
    /// <exception cref="InventoryUnavailableException">The store cannot be asked.</exception>
    /// <exception cref="InvalidDataException">The vendor data file is bad, or Neutron fails, and Nova would fail.</exception>
    public async ValueTask<CachedSnapshot?> BuildAsync(InstanceId id, string? clientAddress, string? verified, long revision, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var outcome = "error";
        try
        {
            var instance = await source.FindAsync(id, cancellationToken);
            if (instance is null)
            {
                outcome = "not_found";
                return null;
            }

            if (securityGroups is not null && options.StrictNova) instance = await WithGroupsAsync(instance, securityGroups, cancellationToken);

            var vendor = vendorData.Read();
            if (options.StrictNova && vendor.Failure is { } failure) throw new InvalidDataException($"vendor data file {failure}");

            var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
            var snapshot = new Snapshot(instance, _settings, vendor, clientAddress, today);
            outcome = "ok";
            return new CachedSnapshot(snapshot, verified ?? signature.Sign(id), vendor, revision, begun);
        }
        finally
        {
            metrics.Built(time.GetElapsedTime(begun), outcome);
        }
    }

    // Not a failure of the store, so what was told before is no excuse: Nova fails every path, and so does a differential test.
    private async ValueTask<Instance> WithGroupsAsync(Instance instance, ISecurityGroupSource groups, CancellationToken cancellationToken)
    {
        try
        {
            var names = await metrics.AskAsync(ApiMetrics.Neutron, () => groups.NamesAsync(instance.Id, cancellationToken));
            return instance with { SecurityGroups = names };
        }
        catch (InventoryUnavailableException e)
        {
            throw new InvalidDataException($"security groups: {e.Message}", e);
        }
    }
}
