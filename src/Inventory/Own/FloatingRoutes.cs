using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own;

/// <summary>Which router carries a floating address: one with its gateway on the external network and an interface on the subnet of the fixed address.</summary>
/// <param name="cloud">The inventory, read once for all questions.</param>
public sealed class FloatingRoutes(Cloud cloud)
{
    private readonly ILookup<string, Port> _interfaces = cloud.Ports.Values
        .Where(p => p.DeviceOwner == DeviceOwners.RouterInterface)
        .SelectMany(p => p.FixedIps.Select(ip => (ip.SubnetId, Port: p)))
        .ToLookup(p => p.SubnetId, p => p.Port, StringComparer.Ordinal);

    private readonly HashSet<(string Router, string Network)> _gateways =
        [.. cloud.Ports.Values.Where(p => p.DeviceOwner == DeviceOwners.RouterGateway).Select(p => (p.DeviceId, p.NetworkId))];

    /// <summary>Id of that router; of several the one that is the subnet's gateway, else the lowest. Null when it leads nowhere, or no router is in between.</summary>
    public string? RouterOf(FloatingIp floating)
    {
        ArgumentNullException.ThrowIfNull(floating);
        if (floating.PortId is null || !cloud.Ports.TryGetValue(floating.PortId, out var port)) return null;
        if (port.FixedIps.FirstOrDefault(ip => ip.Address.Equals(floating.FixedAddress)) is not { } fixedIp) return null;
        var gateway = cloud.Subnets.GetValueOrDefault(fixedIp.SubnetId)?.GatewayIp;
        return _interfaces[fixedIp.SubnetId]
            .Where(p => _gateways.Contains((p.DeviceId, floating.NetworkId)))
            .OrderBy(p => p.FixedIps.Any(ip => ip.SubnetId == fixedIp.SubnetId && ip.Address.Equals(gateway)) ? 0 : 1)
            .ThenBy(p => p.DeviceId, StringComparer.Ordinal)
            .FirstOrDefault()?.DeviceId;
    }
}
