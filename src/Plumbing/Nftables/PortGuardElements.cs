using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;

namespace Firstlight.Plumbing.Nftables;

/// <summary>What is in the sets of the port guard's table, device by device: in one form only. Immutable and pure.</summary>
/// <remarks>Of a port that is the same object as before, so are its elements: a change among thousands of ports is a comparison of references but for what it touches.</remarks>
internal sealed class PortGuardElements
{
    // By name of the device, with which each element begins.
    private readonly Dictionary<string, OfDevice> _devices = new(StringComparer.Ordinal);

    // What was made of a port is found by the port itself, without making the name of its device again.
    private Dictionary<WantedPort, OfDevice> _ofPorts = new(ReferenceEqualityComparer.Instance);

    /// <summary>Elements of a set as nft reads them.</summary>
    public IEnumerable<string> this[GuardSet set] => _devices.Values.SelectMany(d => d.Elements.Where(e => e.Set == set).Select(e => e.Text(d.Device)));

    /// <summary>All elements.</summary>
    public IEnumerable<DeviceElement> All => _devices.Values.SelectMany(d => d.Elements.Select(e => new DeviceElement(d.Device, e)));

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

    /// <summary>What stands in the kernel's sets.</summary>
    public static PortGuardElements Of(IEnumerable<KeyValuePair<string, List<GuardElement>>> devices)
    {
        var elements = new PortGuardElements();
        foreach (var (device, found) in devices) elements._devices[device] = new OfDevice(device, isCarried: false, found);
        return elements;
    }

    /// <summary>These, and guests' devices that are nobody's shut off.</summary>
    public PortGuardElements With(IEnumerable<string> strangers)
    {
        var elements = new PortGuardElements { _ofPorts = _ofPorts };
        foreach (var (device, made) in _devices) elements._devices[device] = made;
        foreach (var device in strangers) elements._devices[device] = new OfDevice(device, isCarried: false, [GuardElement.Of(GuardVerdict.Drop)]);
        return elements;
    }

    /// <summary>Elements of one device, in order; empty when there are none.</summary>
    public IReadOnlyList<GuardElement> Of(string device) => _devices.GetValueOrDefault(device)?.Elements ?? [];

    /// <summary>Whether there is anything of a device.</summary>
    public bool Has(string device) => _devices.ContainsKey(device);

    /// <summary>Whether of each device that is here there is something in others, too.</summary>
    public bool AreWithin(PortGuardElements others) => _devices.Keys.All(others.Has);

    /// <summary>What others have and these have not, and what these have and others have not, device by device.</summary>
    public (List<DeviceElement> Missing, List<DeviceElement> Extra) CompareWith(PortGuardElements others)
    {
        var (missing, extra) = (new List<DeviceElement>(), new List<DeviceElement>());
        foreach (var (device, made) in _devices)
        {
            var other = others._devices.GetValueOrDefault(device);
            if (ReferenceEquals(made, other)) continue;
            var elements = made.Elements;
            var known = other?.Elements ?? [];
            if (elements.AsSpan().SequenceEqual(known)) continue;
            missing.AddRange(known.Except(elements).Select(e => new DeviceElement(device, e)));
            extra.AddRange(elements.Except(known).Select(e => new DeviceElement(device, e)));
        }

        foreach (var (device, made) in others._devices)
        {
            if (!_devices.ContainsKey(device)) missing.AddRange(made.Elements.Select(e => new DeviceElement(device, e)));
        }

        return (missing, extra);
    }

    private void Add(WantedPort port, OfDevice made)
    {
        _ofPorts[port] = made;
        if (_devices.TryAdd(made.Device, made)) return;
        var first = _devices[made.Device];
        if (!string.Equals(first.Port?.Id, port.Id, StringComparison.Ordinal))
            _devices[made.Device] = new OfDevice(made.Device, first.IsCarried, [.. first.IsCarried ? [GuardElement.Carried] : Array.Empty<GuardElement>(), GuardElement.Of(GuardVerdict.Drop)]) { IsClash = true };
    }

    private static void AddGuest(List<GuardElement> elements, WantedPort port)
    {
        AddStation(elements, port.Mac);
        foreach (var address in port.Addresses.Add(NamespacePlan.LinkLocalOf(port.Mac)))
        {
            var isV4 = address.AddressFamily == AddressFamily.InterNetwork;
            var number = Bits128.Of(address);
            elements.Add(GuardElement.Of(isV4 ? GuardSet.GuestIp4 : GuardSet.GuestIp6, port.Mac, number, number));
            if (!isV4) elements.Add(GuardElement.Of(GuardSet.GuestTarget, port.Mac, number, number));
        }

        if (port.Pairs.IsEmpty) return;
        foreach (var ofMac in port.Pairs.GroupBy(p => p.Mac ?? port.Mac)) AddPairs(elements, ofMac.Key, [.. ofMac.Select(p => p.Addresses).SelectMany(Halves)], port);
    }

    private static void AddStation(List<GuardElement> elements, PhysicalAddress mac)
    {
        elements.Add(GuardElement.Of(GuardSet.GuestMac, mac));
        elements.Add(GuardElement.Of(GuardSet.GuestClient, mac));
    }

    private static void AddPairs(List<GuardElement> elements, PhysicalAddress mac, ImmutableArray<IPNetwork> prefixes, WantedPort port)
    {
        // A port may be told to send from its own MAC, which it may anyway.
        AddStation(elements, mac);

        // Neighbour discovery of a MAC that is not the port's own needs its link-local address too.
        if (!mac.Equals(port.Mac)) prefixes = prefixes.Add(new IPNetwork(NamespacePlan.LinkLocalOf(mac), 128));

        // The kernel refuses a set in which one range holds another.
        foreach (var prefix in prefixes.Distinct().Where(p => !prefixes.Any(other => Holds(other, p))))
        {
            var isV4 = prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
            var first = Bits128.Of(prefix.BaseAddress);
            var last = first.WithLast((isV4 ? 32 : 128) - prefix.PrefixLength);
            elements.Add(GuardElement.Of(isV4 ? GuardSet.PairIp4 : GuardSet.PairIp6, mac, first, last));
            if (!isV4) elements.Add(GuardElement.Of(GuardSet.PairTarget, mac, first, last));
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

    // Elements of a port are made of it when they are asked for: of thousands of ports, most are only ever compared as objects.
    private sealed class OfDevice(string device, bool isCarried, List<GuardElement>? elements = null)
    {
        private readonly GuardElement[]? _elements = elements is null ? null : Sorted(elements);

        public string Device => device;

        public bool IsCarried => isCarried;

        /// <summary>The port it is of; null when it is no single port's.</summary>
        public WantedPort? Port { get; private init; }

        public bool IsClash { get; init; }

        /// <summary>In order, and each once.</summary>
        public GuardElement[] Elements => _elements ?? OfPort();

        public static OfDevice Of(WantedPort port, bool isCarried) => new(DeviceNames.HostEnd(port.Id), isCarried) { Port = port };

        private GuardElement[] OfPort()
        {
            var made = new List<GuardElement>(GuardElement.Usual) { GuardElement.Of(Port!.Trust == PortTrust.Guarded ? GuardVerdict.Guest : GuardVerdict.Accept) };
            if (isCarried) made.Add(GuardElement.Carried);
            if (Port.Trust == PortTrust.Guarded) AddGuest(made, Port);
            return Sorted(made);
        }

        private static GuardElement[] Sorted(List<GuardElement> elements)
        {
            elements.Sort(GuardElement.Compare);
            var count = 0;
            foreach (var element in CollectionsMarshal.AsSpan(elements))
            {
                if (count == 0 || elements[count - 1] != element) elements[count++] = element;
            }

            return [.. CollectionsMarshal.AsSpan(elements)[..count]];
        }
    }
}

/// <summary>An element of one of the port guard's sets.</summary>
/// <param name="Device">Device it begins with.</param>
/// <param name="Element">The rest.</param>
internal readonly record struct DeviceElement(string Device, GuardElement Element)
{
    /// <summary>As nft reads it, to be found or deleted.</summary>
    public string Key => Element.Key(Device);

    /// <summary>As nft reads it, to be added.</summary>
    public string Text => Element.Text(Device);
}
