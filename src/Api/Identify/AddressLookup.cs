using Firstlight.Api.Errors;
using Firstlight.Api.Neighbours;
using Firstlight.Inventory;
using Firstlight.Inventory.Neutron;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Identify;

/// <summary>The port behind an address, or the page that says why there is none.</summary>
/// <param name="Port">Set when found.</param>
/// <param name="Refusal">Set when not.</param>
internal sealed record AddressFinding(AddressedPort? Port, ErrorPage? Refusal);

/// <summary>Addresses to ports, remembered as long as snapshots are. What is not found is not remembered.</summary>
internal sealed class AddressLookup(IAddressDirectory directory, ApiOptions options, TimeProvider time, ApiMetrics metrics, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // Nova waits as long as its client does, and then fails.
    private readonly RecentAnswers<AddressFinding> _findings = new(
        options.StrictNova
            ? new RecentAnswersOptions(options.CacheExpiration, TimeSpan.Zero, Timeout.InfiniteTimeSpan)
            : new RecentAnswersOptions(options.CacheExpiration, options.StaleIfError, Patience),
        keeps: finding => finding.Port is not null,
        time,
        logger);

    /// <summary>Finds the one port with an address on the networks of a load balancer.</summary>
    /// <exception cref="InventoryUnavailableException">Neutron cannot be asked; under <c>strict_nova</c> that is a refusal.</exception>
    public async ValueTask<AddressFinding> ByProviderAsync(string provider, string address, RequestId requestId, CancellationToken cancellationToken)
    {
        try
        {
            return await _findings.GetAsync($"provider-{provider}-{address}", requestId, () => AskAsync(provider, address, requestId), cancellationToken);
        }
        catch (InventoryUnavailableException) when (options.StrictNova)
        {
            return new AddressFinding(null, ErrorPage.LookupFailed);
        }
    }

    /// <summary>Finds the one port with an address, on whatever network, that belongs to anything.</summary>
    /// <exception cref="InventoryUnavailableException">Neutron cannot be asked.</exception>
    public ValueTask<AddressFinding> ByAddressAsync(string address, RequestId requestId, CancellationToken cancellationToken)
    {
        if (address.Length > 0) return _findings.GetAsync($"address-{address}", requestId, () => AskAsync(address, requestId), cancellationToken);

        ApiLog.NoAddress(logger, requestId);
        return new ValueTask<AddressFinding>(new AddressFinding(null, ErrorPage.Unknown));
    }

    private async ValueTask<AddressFinding> AskAsync(string provider, string address, RequestId requestId)
    {
        var networks = await metrics.AskAsync(ApiMetrics.Neutron, () => directory.NetworksOfAsync(provider, CancellationToken.None));
        if (networks.IsEmpty)
        {
            ApiLog.ProviderUnknown(logger, provider, requestId);
            return new AddressFinding(null, ErrorPage.UnknownProvider(provider));
        }

        var ports = await metrics.AskAsync(ApiMetrics.Neutron, () => directory.FindAsync(address, networks, CancellationToken.None));
        if (ports is [var port]) return new AddressFinding(port, null);

        ApiLog.NotOnePort(logger, provider, address, ports.Length, requestId);
        return new AddressFinding(null, ErrorPage.NotOnePort(provider, address, ports.Length));
    }

    private async ValueTask<AddressFinding> AskAsync(string address, RequestId requestId)
    {
        var ports = await metrics.AskAsync(ApiMetrics.Neutron, () => directory.FindAnywhereAsync(address, CancellationToken.None));
        var owned = ports.Where(port => port.DeviceId.Value.Length > 0).ToList();
        if (owned is [var port]) return new AddressFinding(port, null);

        ApiLog.NotOneOwner(logger, address, owned.Count, requestId);
        return new AddressFinding(null, owned.Count == 0 ? ErrorPage.NotFound : ErrorPage.Unknown);
    }
}
