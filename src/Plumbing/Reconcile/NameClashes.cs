using Firstlight.Plumbing.Links;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Device names carry 11 characters of an id only. Two networks that share them would share a bridge, and so each other's packets. Pure.</summary>
internal static class NameClashes
{
    /// <summary>Units that may not be touched, each with the reason.</summary>
    public static Dictionary<Unit, string> Find(WantedHost wanted)
    {
        var refused = new Dictionary<Unit, string>();
        var carried = wanted.Networks.Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        var claims = new Dictionary<string, (Unit Unit, string Claim)>(StringComparer.Ordinal);
        foreach (var network in wanted.Networks)
        {
            var unit = new Unit(UnitKind.Network, network.Id);
            Claim(DeviceNames.Bridge(network.Id), unit, network.Id);
            if (network.Dhcp is { } dhcp) Claim(DeviceNames.HostEnd(dhcp.PortId), unit, dhcp.PortId);
        }

        foreach (var router in wanted.Routers)
        {
            var unit = new Unit(UnitKind.Router, router.Id);
            foreach (var leg in router.Interfaces) Leg(unit, leg.PortId, leg.NetworkId);
            if (router.Gateway is { } gateway) Leg(unit, gateway.PortId, gateway.NetworkId);
        }

        return refused;

        void Leg(Unit unit, string portId, string networkId)
        {
            Claim(DeviceNames.HostEnd(portId), unit, portId);
            if (!carried.Contains(networkId)) refused.TryAdd(unit, $"its port {portId} is on network {networkId}, which this host does not carry");
        }

        void Claim(string device, Unit unit, string id)
        {
            if (!claims.TryAdd(device, (unit, id)))
                refused.TryAdd(unit, $"{device} would be the device of both {claims[device].Claim} and {id}");
        }
    }
}
