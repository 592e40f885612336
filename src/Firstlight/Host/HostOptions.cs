using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Host;

/// <summary>What an operator decides about this host's networks. Names are Neutron's where Neutron has the option.</summary>
public sealed record HostOptions
{
    /// <summary><c>force_metadata</c>: every network with DHCP has a metadata listener, routed or not; default false.</summary>
    public bool ForceMetadata { get; init; }

    /// <summary><c>enable_isolated_metadata</c>: networks with an isolated subnet have a metadata listener; default true (false in Neutron).</summary>
    public bool EnableIsolatedMetadata { get; init; } = true;

    /// <summary><c>enable_metadata_proxy</c>: routers have a metadata listener; default true.</summary>
    public bool EnableMetadataProxy { get; init; } = true;

    /// <summary><c>metadata_port</c>: TCP port of the listener in a router's namespace; default 9697.</summary>
    public int MetadataPort { get; init; } = 9697;

    /// <summary><c>metadata_access_mark</c>: mark of guests' metadata packets in a router, 1 to 65535; default 1.</summary>
    public ushort MetadataAccessMark { get; init; } = 1;

    /// <summary><c>dns_domain</c>: told to guests and appended to port names as it is written, a trailing dot included; empty for none; default <c>openstacklocal</c>.</summary>
    public string DnsDomain { get; init; } = "openstacklocal";

    /// <summary><c>dhcp_lease_duration</c> in seconds, -1 for infinite; default 86,400.</summary>
    public int DhcpLeaseSeconds { get; init; } = 86_400;

    /// <summary>What else the operator lets dnsmasq do; by default nothing.</summary>
    public DnsmasqTuning Dnsmasq { get; init; } = new();

    /// <summary><c>metadata_proxy = haproxy</c>: the haproxy that stands wherever a listener of ours would; null (default): our listeners.</summary>
    public WantedProxy? Haproxy { get; init; }
}
