using Firstlight.Inventory;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Documents.OpenStack;
using Firstlight.Metadata.Identity;

namespace Firstlight.Api.Snapshots;

/// <summary>Gathers the facts of an instance and the vendor data into a snapshot.</summary>
internal sealed class SnapshotBuilder(
    ApiOptions options, Signature signature, IInstanceSource source, VendorDataFile vendorData, TimeProvider time)
{
    private readonly SnapshotSettings _settings = new()
    {
        DhcpDomain = options.DhcpDomain,
        NewestVersion = options.NewestVersion,
        VendorDataProviders = options.VendorDataProviders,
        StrictNova = options.StrictNova,
    };

    private readonly bool _hasStaticVendorData = options.VendorDataProviders.Contains(VendorDataProvider.Static, StringComparer.Ordinal);

    /// <summary>Called after each attempt with its duration and outcome.</summary>
    public Action<TimeSpan, string>? Built { get; set; }

    /// <summary>Builds.</summary>
    /// <param name="id">As received.</param>
    /// <param name="clientAddress">Who asks.</param>
    /// <param name="revision">Of the store, read before.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <returns>Null when there is no such instance.</returns>
    /// <exception cref="InventoryUnavailableException">The store cannot be asked.</exception>
    /// <exception cref="InvalidDataException">The vendor data file is bad and Nova would fail.</exception>
    public async ValueTask<CachedSnapshot?> BuildAsync(string id, string? clientAddress, long revision, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var outcome = "error";
        try
        {
            var instance = await source.FindAsync(new InstanceId(id), cancellationToken);
            if (instance is null)
            {
                outcome = "not_found";
                return null;
            }

            var vendor = _hasStaticVendorData ? await vendorData.ReadAsync(cancellationToken) : StaticVendorData.None;
            if (options.StrictNova && vendor.Failure is { } failure) throw new InvalidDataException($"vendor data file {failure}");

            var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
            var snapshot = new Snapshot(instance, _settings, vendor, clientAddress, today);
            outcome = "ok";
            return new CachedSnapshot(snapshot, signature.Sign(new InstanceId(id)), revision, begun);
        }
        finally
        {
            Built?.Invoke(time.GetElapsedTime(begun), outcome);
        }
    }
}
