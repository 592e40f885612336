using System.Net.Sockets;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Nftables;

/// <summary>A chain of our table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Hook">Type, hook and priority.</param>
/// <param name="Rules">Its rules in order.</param>
internal sealed record Chain(string Name, string Hook, IReadOnlyList<string> Rules);

/// <summary>The rules of a router's way outside: source addresses of what leaves, and floating addresses both ways. IPv4 only. Pure.</summary>
internal static class OutsideRules
{
    // Neutron's external_ingress_mark; another where the operator gave that number to metadata packets.
    private const ushort IngressMark = 2;

    /// <summary>The chains; none without a gateway.</summary>
    public static IEnumerable<Chain> Chains(WantedRouter router)
    {
        if (router.Gateway is not { } gateway) yield break;
        var device = $"\"{DeviceNames.GatewayEnd(gateway.PortId)}\"";
        var mark = $"0x{(router.MetadataMark == IngressMark ? 1 : IngressMark):x8}";
        yield return new Chain("outside_mark", "filter hook prerouting priority mangle", [$"iifname {device} meta mark set meta mark and 0xffff0000 or {mark}"]);
        if (gateway.Addresses.FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork).Address is not { } address) yield break;

        if (!gateway.FloatingIps.IsEmpty)
        {
            // Whoever asks, inside, outside or the router itself, is led to the guest.
            var toFixed = $"dnat ip to ip daddr map {{ {string.Join(", ", gateway.FloatingIps.Select(f => $"{f.Address} : {f.FixedAddress}"))} }}";
            yield return new Chain("floating_destination", "nat hook prerouting priority dstnat", [toFixed]);
            yield return new Chain("floating_destination_own", "nat hook output priority -100", [toFixed]);
        }

        yield return new Chain("outside_source", "nat hook postrouting priority srcnat", [.. Sources(gateway, device, address.ToString(), mark)]);
        yield return new Chain("outside_forward", "filter hook forward priority filter", [.. Forward(gateway, address.ToString())]);
    }

    private static IEnumerable<string> Sources(WantedGateway gateway, string device, string address, string mark)
    {
        // Between inner networks nothing is translated, but for what was sent to a floating address: its answer must come back this way.
        yield return $"oifname != {device} ct status & dnat == 0 accept";
        if (!gateway.FloatingIps.IsEmpty)
            yield return $"snat ip to ip saddr map {{ {string.Join(", ", gateway.FloatingIps.Select(f => $"{f.FixedAddress} : {f.Address}"))} }} fully-random";
        if (!gateway.Snat) yield break;
        yield return $"oifname {device} snat ip to {address} fully-random";
        yield return $"meta mark and 0x0000ffff != {mark} ct status dnat snat ip to {address} fully-random";
    }

    // The kernel asks the nat chains at the first packet of a connection only. One that was made under a floating address that has gone, or leads
    // elsewhere now, must not go on to the former guest.
    private static IEnumerable<string> Forward(WantedGateway gateway, string address)
    {
        // RFC 3927, 7: link-local addresses are not forwarded. Metadata asked for at another port than 80 would leave by the default route.
        yield return "ip daddr 169.254.0.0/16 drop";
        if (gateway.FloatingIps.IsEmpty)
        {
            yield return "ct status dnat drop";
            yield return $"ct status snat ct reply ip daddr != {address} drop";
            yield break;
        }

        yield return $"ct status dnat ct original ip daddr . ct reply ip saddr != {{ {Pairs(f => $"{f.Address} . {f.FixedAddress}")} }} drop";
        yield return $"ct status snat ct reply ip daddr != {address} ct original ip saddr . ct reply ip daddr != {{ {Pairs(f => $"{f.FixedAddress} . {f.Address}")} }} drop";

        string Pairs(Func<WantedFloatingIp, string> pair) => string.Join(", ", gateway.FloatingIps.Select(pair));
    }
}
