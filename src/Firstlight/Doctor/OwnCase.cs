using Firstlight.Cli.Views;
using Firstlight.Configuration;
using Firstlight.Host;
using Firstlight.Inventory;
using Firstlight.Inventory.Own.Model;
using Firstlight.Metadata.Identity;
using Firstlight.Plumbing.Look;
using NetworkView = Firstlight.Host.NetworkView;

namespace Firstlight.Doctor;

/// <summary>What the checks of a host with its own inventory share.</summary>
internal sealed class OwnCase
{
    private readonly GuestWayFound _found;

    /// <summary>Puts the case together; looks at nothing but the inventory.</summary>
    public OwnCase(Settings settings, HostOptions options, Cloud cloud, IPortDirectory directory, Patient patient, bool overIpv6, bool withHaproxy, HostLook host)
    {
        Settings = settings;
        Options = options;
        Cloud = cloud;
        Directory = directory;
        Patient = patient;
        WithHaproxy = withHaproxy;
        Host = host;
        View = NetworkView.All(cloud).First(v => v.Network.Id == patient.Port.NetworkId);
        _found = GuestWayFound.Of(View, patient.Port, options, overIpv6);
    }

    public Settings Settings { get; }

    public HostOptions Options { get; }

    public Cloud Cloud { get; }

    public IPortDirectory Directory { get; }

    public Patient Patient { get; }

    public Port Port => Patient.Port;

    public NetworkView View { get; }

    public Network Network => View.Network;

    /// <summary>Whether haproxies stand where our listeners would.</summary>
    public bool WithHaproxy { get; }

    public HostLook Host { get; }

    /// <summary>The server on the port; null where there is none.</summary>
    public Server? Server => Cloud.Servers.GetValueOrDefault(Port.DeviceId);

    /// <summary>The way to metadata. Only checks behind <see cref="Hops.Subnet"/> may ask.</summary>
    public GuestWay Way => _found.Way ?? throw new InvalidOperationException("there is no way to metadata");

    /// <summary>The way, or why there is none.</summary>
    public GuestWayFound WayFound => _found;

    /// <summary>The role that keeps this host, as its management address tells of it; set by the check of the agent, null where none runs.</summary>
    public AgentDetailView? Agent { get; set; }

    /// <summary>For the metadata API.</summary>
    public AskedInstance Asked() => new(
        new InstanceId(Port.DeviceId), new ProjectId(Port.ProjectId), (_found.Way?.From ?? Port.FixedIps.Select(f => f.Address).FirstOrDefault() ?? System.Net.IPAddress.Loopback).ToString(),
        Cloud.Ports.Values.Where(p => p.DeviceId == Port.DeviceId).Select(p => CloudViews.MacText(p.Mac)).ToHashSet(StringComparer.Ordinal));
}
