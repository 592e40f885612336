using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Numerics;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;

namespace Firstlight.Plumbing.Nftables;

/// <summary>What is in the sets of the port guard's table: for each set its elements, as <c>nft</c> reads them and in one spelling only. Pure.</summary>
internal sealed class PortGuardElements
{
    public const string CarriedDevices = "carried_devices";
    public const string PortDevices = "port_devices";
    public const string GuestMac = "guest_mac";
    public const string GuestClient = "guest_client";
    public const string GuestIp4 = "guest_ip4";
    public const string GuestIp6 = "guest_ip6";
    public const string GuestTarget = "guest_target";
    public const string PairIp4 = "pair_ip4";
    public const string PairIp6 = "pair_ip6";
    public const string PairTarget = "pair_target";

    /// <summary>All sets, in the order they are declared.</summary>
    public static readonly string[] Sets =
        [CarriedDevices, PortDevices, GuestMac, GuestClient, GuestIp4, GuestIp6, GuestTarget, PairIp4, PairIp6, PairTarget];

    private readonly Dictionary<string, HashSet<string>> _elements = Sets.ToDictionary(s => s, _ => new HashSet<string>(StringComparer.Ordinal), StringComparer.Ordinal);

    private readonly Dictionary<WantedPort, (string Set, string Element)[]> _ofPorts = new(ReferenceEqualityComparer.Instance);

    /// <summary>Elements of a set.</summary>
    public HashSet<string> this[string set] => _elements[set];

    /// <summary>What the sets must hold for these bridges and ports.</summary>
    /// <param name="bridges">Bridges we made: in them, a guest's device nobody knows is shut off.</param>
    /// <param name="ports">Ports, guests' and the cloud's own. Two that would have one device name are shut off.</param>
    /// <param name="strangers">Guests' devices in those bridges that are nobody's, as far as they are seen.</param>
    /// <param name="former">What was made of ports before: it is taken over where the port is the same object.</param>
    public static PortGuardElements Of(IReadOnlySet<string> bridges, IEnumerable<WantedPort> ports, IEnumerable<string> strangers, PortGuardElements? former = null)
    {
        var elements = new PortGuardElements();
        foreach (var group in ports.GroupBy(p => DeviceNames.HostEnd(p.Id), StringComparer.Ordinal))
        {
            var port = group.First();
            if (bridges.Contains(DeviceNames.Bridge(port.NetworkId))) elements[CarriedDevices].Add($"\"{group.Key}\"");
            if (group.DistinctBy(p => p.Id).Skip(1).Any()) elements[PortDevices].Add($"\"{group.Key}\" : drop");
            else elements.Add(port, former is not null && former._ofPorts.TryGetValue(port, out var same) ? same : OfPort($"\"{group.Key}\"", port));
        }

        foreach (var device in strangers) elements[PortDevices].Add($"\"{device}\" : drop");
        return elements;
    }

    /// <summary>An IPv6 address as nft has an integer of 128 bits.</summary>
    public static string Integer(BigInteger value, int bits) => "0x" + value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(bits / 4, '0');

    // A few strings each, which among thousands of ports are most of the work.
    private static (string Set, string Element)[] OfPort(string device, WantedPort port)
    {
        var elements = new List<(string Set, string Element)>();
        Add(elements, device, port);
        return [.. elements];
    }

    private void Add(WantedPort port, (string Set, string Element)[] elements)
    {
        _ofPorts[port] = elements;
        foreach (var (set, element) in elements) this[set].Add(element);
    }

    private static void Add(ICollection<(string Set, string Element)> elements, string device, WantedPort port)
    {
        elements.Add((PortDevices, $"{device} : {(port.Trust == PortTrust.Guarded ? $"goto {PortGuardRuleset.GuestChain}" : "accept")}"));
        if (port.Trust != PortTrust.Guarded) return;

        AddStation(elements, device, port.Mac);
        foreach (var address in port.Addresses.Add(NamespacePlan.LinkLocalOf(port.Mac)))
        {
            var isV4 = address.AddressFamily == AddressFamily.InterNetwork;
            elements.Add((isV4 ? GuestIp4 : GuestIp6, $"{device} . {Format.Mac(port.Mac)} . {address}"));
            if (!isV4) elements.Add((GuestTarget, $"{device} . {Format.Mac(port.Mac)} . {Integer(ValueOf(address), 128)}"));
        }

        foreach (var ofMac in port.Pairs.GroupBy(p => p.Mac ?? port.Mac)) AddPairs(elements, device, ofMac.Key, [.. ofMac.Select(p => p.Addresses).SelectMany(Halves)], port);
    }

    private static void AddStation(ICollection<(string Set, string Element)> elements, string device, PhysicalAddress mac)
    {
        elements.Add((GuestMac, $"{device} . {Format.Mac(mac)}"));
        elements.Add((GuestClient, $"{device} . {Integer(new BigInteger(mac.GetAddressBytes(), isUnsigned: true, isBigEndian: true), 48)}"));
    }

    private static void AddPairs(
        ICollection<(string Set, string Element)> elements, string device, PhysicalAddress mac, ImmutableArray<IPNetwork> prefixes, WantedPort port)
    {
        AddStation(elements, device, mac);

        // Neighbour discovery of a MAC that is not the port's own needs its link-local address too.
        if (!mac.Equals(port.Mac)) prefixes = prefixes.Add(new IPNetwork(NamespacePlan.LinkLocalOf(mac), 128));

        // The kernel refuses a set in which one range holds another.
        foreach (var prefix in prefixes.Distinct().Where(p => !prefixes.Any(other => Holds(other, p))))
        {
            var isV4 = prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
            var isOne = prefix.PrefixLength == (isV4 ? 32 : 128);
            elements.Add((isV4 ? PairIp4 : PairIp6, $"{device} . {Format.Mac(mac)} . {(isOne ? prefix.BaseAddress : prefix)}"));
            if (isV4) continue;
            var first = ValueOf(prefix.BaseAddress);
            var last = first + (BigInteger.One << (128 - prefix.PrefixLength)) - 1;
            elements.Add((PairTarget, $"{device} . {Format.Mac(mac)} . {Integer(first, 128)}{(isOne ? "" : "-" + Integer(last, 128))}"));
        }
    }

    private static bool Holds(IPNetwork other, IPNetwork prefix) =>
        other.PrefixLength < prefix.PrefixLength && other.BaseAddress.AddressFamily == prefix.BaseAddress.AddressFamily && other.Contains(prefix.BaseAddress);

    // nft has no element for all addresses.
    private static IPNetwork[] Halves(IPNetwork prefix) => prefix.PrefixLength > 0
        ? [prefix]
        : prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            ? [IPNetwork.Parse("0.0.0.0/1"), IPNetwork.Parse("128.0.0.0/1")]
            : [IPNetwork.Parse("::/1"), IPNetwork.Parse("8000::/1")];

    private static BigInteger ValueOf(IPAddress address) => new(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
}
