using System.Net;
using Firstlight.Agent.Listeners;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Firstlight.Plumbing.Namespaces;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Discover;

/// <summary>A namespace with a name, and what was found out of it.</summary>
internal sealed class KnownNamespace(string name, string path, NamespaceInode inode, NeutronNamespaceKinds kind, Scope scope)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private string? _device;
    private TimeSpan _pause = FirstPause;
    private long _lookedAt;
    private bool _looked;
    private bool _saidDuplicate;

    public string Name => name;

    public string Path => path;

    public NamespaceInode Inode => inode;

    /// <summary>None for a name that is not Neutron's: served only for a stand-in.</summary>
    public NeutronNamespaceKinds Kind => kind;

    public Scope Scope => scope;

    /// <summary>What its name asks for.</summary>
    public IEnumerable<ListenerSpec> ByName(NeutronNamespaceOptions options)
    {
        if (kind == NeutronNamespaceKinds.Router)
        {
            yield return new ListenerSpec(scope, path, IPAddress.Any, options.MetadataPort, Device: null);
            if (options.Ipv6) yield return new ListenerSpec(scope, path, IPAddress.IPv6Any, options.MetadataPort, Device: null);
            yield break;
        }

        yield return new ListenerSpec(scope, path, MetadataAddress.V4, MetadataAddress.GuestPort, Device: null);
        if (options.Ipv6 && _device is not null) yield return new ListenerSpec(scope, path, MetadataAddress.V6, MetadataAddress.GuestPort, _device);
    }

    /// <summary>What a stand-in asks for.</summary>
    public IEnumerable<ListenerSpec> ByStandIn(StandIn standIn) =>
        standIn.Binds.Select(bind => new ListenerSpec(standIn.Scope, path, bind.Address, bind.Port, bind.Device));

    /// <summary>How long until its link-local address should be looked for; infinite where there is none.</summary>
    public TimeSpan AddressDueIn(TimeProvider time)
    {
        if (kind is not (NeutronNamespaceKinds.Dhcp or NeutronNamespaceKinds.OvnMetadata)) return Timeout.InfiniteTimeSpan;
        var left = _looked ? _pause - time.GetElapsedTime(_lookedAt) : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Makes the next look due now.</summary>
    public void FindDeviceSoon() => _looked = false;

    /// <summary>Looks which device has the link-local address. Seldom once that is settled; with growing pauses while it may still appear.</summary>
    public void FindDevice(NamespaceSockets sockets, TimeSpan longestPause, TimeProvider time, ILogger logger)
    {
        var before = _device;
        var tentative = false;
        try
        {
            _device = Choose(sockets.FindAddress(path, MetadataAddress.V6, out _), logger, out tentative);
        }
        catch (NamespaceSocketException e)
        {
            // A broken or vanishing namespace: what its listeners do about it is theirs, and the next look tells more.
            DiscoverLog.AddressUnknown(logger, e.Message);
        }

        if (_device is not null) _pause = longestPause;
        else if (tentative || before is not null || !_looked) _pause = FirstPause;
        else _pause = _pause < longestPause / 2 ? _pause * 2 : longestPause;
        _looked = true;
        _lookedAt = time.GetTimestamp();
    }

    private string? Choose(IReadOnlyList<DeviceAddress> found, ILogger logger, out bool tentative)
    {
        string? ready = null;
        string? duplicate = null;
        tentative = false;
        foreach (var (device, state) in found)
        {
            switch (state)
            {
                case AddressState.Ready:
                    ready ??= device;
                    break;
                case AddressState.Duplicate:
                    duplicate ??= device;
                    break;
                default:
                    tentative = true;
                    break;
            }
        }

        if (ready is null && duplicate is not null && !_saidDuplicate) DiscoverLog.Duplicate(logger, name, duplicate);
        _saidDuplicate = ready is null && duplicate is not null;
        return ready;
    }
}
