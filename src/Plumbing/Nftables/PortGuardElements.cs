using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Numerics;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;

namespace Firstlight.Plumbing.Nftables;

/// <summary>What is in the sets of the port guard's table, device by device: elements as <c>nft</c> reads them and in one spelling only. Immutable and pure.</summary>
/// <remarks>Of a port that is the same object as before, so are its elements: a change among thousands of ports is a comparison of references but for what it touches.</remarks>
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

    // By name of the device, with which each element begins.
    private readonly Dictionary<string, OfDevice> _devices = new(StringComparer.Ordinal);

    // What was made of a port is found by the port itself, without making the name of its device again.
    private Dictionary<WantedPort, OfDevice> _ofPorts = new(ReferenceEqualityComparer.Instance);

    /// <summary>Elements of a set.</summary>
    public IEnumerable<string> this[string set] => _devices.Values.SelectMany(d => d.Elements).Where(e => string.Equals(e.Set, set, StringComparison.Ordinal)).Select(e => e.Text);

    /// <summary>A device that would be that of two ports, and is shut off; null when there is none.</summary>
    public string? Clash => _devices.FirstOrDefault(d => d.Value.IsClash).Key;

    /// <summary>What the sets must hold for these bridges and ports.</summary>
    /// <param name="bridges">Bridges we made: in them, a guest's device nobody knows is shut off.</param>
    /// <param name="ports">Ports, guests' and the cloud's own. Two that would have one device name are shut off.</param>
    /// <param name="former">What was made of ports before: it is taken over where the port is the same object.</param>
    public static PortGuardElements Of(IReadOnlySet<string> bridges, IEnumerable<WantedPort> ports, PortGuardElements? former = null)
    {
        var elements = new PortGuardElements();
        var carried = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var port in ports)
        {
            if (!carried.TryGetValue(port.NetworkId, out var isCarried)) carried[port.NetworkId] = isCarried = bridges.Contains(DeviceNames.Bridge(port.NetworkId));
            var known = former?._ofPorts.GetValueOrDefault(port);
            elements.Add(port, known?.IsCarried == isCarried ? known : OfDevice.Of(port, isCarried));
        }

        return elements;
    }

    /// <summary>What a listing of the sets shows.</summary>
    public static PortGuardElements Listed(IEnumerable<(string Set, string Text)> listing)
    {
        var elements = new PortGuardElements();
        foreach (var device in listing.GroupBy(e => e.Text.Split('"')[1], StringComparer.Ordinal))
            elements._devices[device.Key] = new OfDevice(device.Key, Port: null, device.Any(e => e.Set is CarriedDevices), [.. device]);
        return elements;
    }

    /// <summary>These, and guests' devices that are nobody's shut off.</summary>
    public PortGuardElements With(IEnumerable<string> strangers)
    {
        var elements = new PortGuardElements { _ofPorts = _ofPorts };
        foreach (var (device, made) in _devices) elements._devices[device] = made;
        foreach (var device in strangers) elements._devices[device] = new OfDevice(device, Port: null, IsCarried: false, [Off(device)]);
        return elements;
    }

    /// <summary>Whether there is anything of a device.</summary>
    public bool Has(string device) => _devices.ContainsKey(device);

    /// <summary>Whether of each device that is here there is something in others, too.</summary>
    public bool AreWithin(PortGuardElements others) => _devices.Keys.All(others.Has);

    /// <summary>Elements that are not in others, by set.</summary>
    public ILookup<string, string> Except(PortGuardElements others)
    {
        var different = from device in _devices
                        let other = others._devices.GetValueOrDefault(device.Key)
                        where !ReferenceEquals(device.Value, other)
                        from element in other is null ? device.Value.Elements : device.Value.Elements.Except(other.Elements)
                        select element;
        return different.ToLookup(e => e.Set, e => e.Text, StringComparer.Ordinal);
    }

    /// <summary>An IPv6 address as nft has an integer of 128 bits.</summary>
    public static string Integer(BigInteger value, int bits) => "0x" + value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(bits / 4, '0');

    private void Add(WantedPort port, OfDevice made)
    {
        _ofPorts[port] = made;
        if (_devices.TryAdd(made.Device, made)) return;
        var first = _devices[made.Device];
        if (!string.Equals(first.Port?.Id, port.Id, StringComparison.Ordinal))
            _devices[made.Device] = new OfDevice(made.Device, Port: null, first.IsCarried, [.. Carried(made.Device, first.IsCarried), Off(made.Device)]) { IsClash = true };
    }

    private static (string Set, string Text)[] Carried(string device, bool isCarried) => isCarried ? [(CarriedDevices, $"\"{device}\"")] : [];

    private static (string Set, string Text) Off(string device) => (PortDevices, $"\"{device}\" : drop");

    // A port may be told twice to send from its own MAC.
    private static IEnumerable<(string Set, string Text)> OfPort(string device, WantedPort port)
    {
        var elements = new List<(string Set, string Text)> { (PortDevices, $"{device} : {(port.Trust == PortTrust.Guarded ? $"goto {PortGuardRuleset.GuestChain}" : "accept")}") };
        if (port.Trust == PortTrust.Guarded) AddGuest(elements, device, port);
        return elements.Distinct();
    }

    private static void AddGuest(ICollection<(string Set, string Text)> elements, string device, WantedPort port)
    {
        AddStation(elements, device, port.Mac);
        foreach (var address in port.Addresses.Add(NamespacePlan.LinkLocalOf(port.Mac)))
        {
            var isV4 = address.AddressFamily == AddressFamily.InterNetwork;
            elements.Add((isV4 ? GuestIp4 : GuestIp6, $"{device} . {Format.Mac(port.Mac)} . {address}"));
            if (!isV4) elements.Add((GuestTarget, $"{device} . {Format.Mac(port.Mac)} . {Integer(ValueOf(address), 128)}"));
        }

        foreach (var ofMac in port.Pairs.GroupBy(p => p.Mac ?? port.Mac)) AddPairs(elements, device, ofMac.Key, [.. ofMac.Select(p => p.Addresses).SelectMany(Halves)], port);
    }

    private static void AddStation(ICollection<(string Set, string Text)> elements, string device, PhysicalAddress mac)
    {
        elements.Add((GuestMac, $"{device} . {Format.Mac(mac)}"));
        elements.Add((GuestClient, $"{device} . {Integer(new BigInteger(mac.GetAddressBytes(), isUnsigned: true, isBigEndian: true), 48)}"));
    }

    private static void AddPairs(
        ICollection<(string Set, string Text)> elements, string device, PhysicalAddress mac, ImmutableArray<IPNetwork> prefixes, WantedPort port)
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

    // What it was made of: a port, or something that is no single port's.
    private sealed record OfDevice(string Device, WantedPort? Port, bool IsCarried, (string Set, string Text)[] Elements)
    {
        public bool IsClash { get; init; }

        public static OfDevice Of(WantedPort port, bool isCarried)
        {
            var device = DeviceNames.HostEnd(port.Id);
            return new OfDevice(device, port, isCarried, [.. Carried(device, isCarried), .. OfPort($"\"{device}\"", port)]);
        }
    }
}
