using System.Collections.Immutable;
using Firstlight.Metadata.Identity;

namespace Firstlight.Inventory.Neutron;

/// <summary>Addresses looked up in Neutron, with the requests Nova makes.</summary>
/// <param name="neutron">The API; stays the caller's.</param>
public sealed class NeutronAddressDirectory(NeutronClient neutron) : IAddressDirectory
{
    // Nova's own bound, from the length of a request line.
    private const int NetworksPerRequest = 160;

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<string>> NetworksOfAsync(string provider, CancellationToken cancellationToken)
    {
        var query = NeutronQuery.All.Where("advanced_service_providers", provider).Select("network_id");
        var subnets = await neutron.SubnetsAsync(query, cancellationToken);
        return [.. subnets.Select(subnet => subnet.NetworkId).OfType<string>()];
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AddressedPort>> FindAsync(
        string address, ImmutableArray<string> networks, CancellationToken cancellationToken)
    {
        var query = At(address).WhereAny("network_id", networks, NetworksPerRequest).Select("device_id", "tenant_id");
        return Found(await neutron.PortsAsync(query, cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<AddressedPort>> FindAnywhereAsync(string address, CancellationToken cancellationToken) =>
        Found(await neutron.PortsAsync(At(address), cancellationToken));

    private static NeutronQuery At(string address) => NeutronQuery.All.Where("fixed_ips", $"ip_address={address}");

    private static ImmutableArray<AddressedPort> Found(IReadOnlyList<NeutronPort> ports) =>
        [.. ports.Select(port => new AddressedPort(new InstanceId(port.DeviceId ?? ""), new ProjectId(port.TenantId ?? port.ProjectId ?? "")))];
}
