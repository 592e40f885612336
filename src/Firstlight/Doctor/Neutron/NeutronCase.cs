using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Cli.Views;
using Firstlight.Configuration;
using Firstlight.Inventory;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Ports;
using Firstlight.Metadata.Identity;
using Firstlight.Plumbing.Look;

namespace Firstlight.Doctor.Neutron;

/// <summary>What the checks beside Neutron share. Each fills in what those behind it need.</summary>
internal sealed class NeutronCase(Settings settings, DoctorQuestion question, NeutronClient client, NeutronPortDirectory directory, HostLook host)
{
    public Settings Settings => settings;

    public DoctorQuestion Question => question;

    public NeutronClient Client => client;

    public NeutronPortDirectory Directory => directory;

    public HostLook Host => host;

    /// <summary>The port; set by its check.</summary>
    public NeutronPort? Port { get; set; }

    /// <summary>The guest's address; set with the port.</summary>
    public IPAddress? From { get; set; }

    /// <summary>Network or router the guest comes by, with its namespace; set by the check of the namespace.</summary>
    public (Scope Scope, string Namespace) Way { get; set; }

    /// <summary>The agent of ours on this host; null for none.</summary>
    public AgentDetailView? Agent { get; set; }

    /// <summary>Whom the directory takes the guest for; set by the check of identity.</summary>
    public FoundPort? Found { get; set; }

    /// <summary>Where the listener of the way stands.</summary>
    public IPEndPoint Listener => (Way.Scope.Kind, question.OverIpv6) switch
    {
        (ScopeKind.Router, var v6) => new IPEndPoint(v6 ? IPAddress.IPv6Any : IPAddress.Any, settings.Router.MetadataPort),
        (_, true) => new IPEndPoint(MetadataAddress.V6, MetadataAddress.GuestPort),
        _ => new IPEndPoint(MetadataAddress.V4, MetadataAddress.GuestPort),
    };

    /// <summary>MAC by which the directory is asked over IPv6.</summary>
    public PhysicalAddress? Mac => question.OverIpv6 && PhysicalAddress.TryParse(Port?.MacAddress?.Replace(':', '-').ToUpperInvariant(), out var mac) ? mac : null;

    /// <summary>For the metadata API; nobody before identity was looked at.</summary>
    public AskedInstance Asked() => new(
        Found?.InstanceId ?? new InstanceId("00000000-0000-0000-0000-000000000000"), Found?.ProjectId ?? new ProjectId("none"), (From ?? IPAddress.Loopback).ToString(),
        new HashSet<string>(StringComparer.Ordinal));
}
