namespace Firstlight.Agent.Discover;

/// <summary>Kinds of namespaces that Neutron's agents make.</summary>
[Flags]
public enum NeutronNamespaceKinds
{
    /// <summary>None by name; those of stand-ins are still served.</summary>
    None = 0,

    /// <summary><c>qdhcp-&lt;network&gt;</c> of the DHCP agent.</summary>
    Dhcp = 1,

    /// <summary><c>qrouter-&lt;router&gt;</c> of the L3 agent.</summary>
    Router = 2,

    /// <summary><c>ovnmeta-&lt;network&gt;</c> of the OVN metadata agent.</summary>
    OvnMetadata = 4,

    /// <summary>All of them.</summary>
    All = Dhcp | Router | OvnMetadata,
}

/// <summary>Where namespaces of Neutron's agents are looked for and which are served.</summary>
public sealed record NeutronNamespaceOptions
{
    /// <summary>Directory of named namespaces. Default <c>/run/netns</c>. Give the agent the same one (<see cref="AgentOptions.NamespaceDirectory"/>).</summary>
    public string Directory { get; init; } = "/run/netns";

    /// <summary>How often names and inodes are compared beside the watch, and stand-ins looked after. Default 5 s.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a namespace whose IPv6 address was settled is asked again where it is. Default 60 s; one that is not settled is asked sooner.</summary>
    public TimeSpan AddressInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Which kinds are served by their name alone. Default all.</summary>
    public NeutronNamespaceKinds Kinds { get; init; } = NeutronNamespaceKinds.All;

    /// <summary>TCP port in router namespaces, 1 to 65535: Neutron's <c>metadata_port</c>. Default 9697.</summary>
    public int MetadataPort { get; init; } = Metadata.Identity.MetadataAddress.RouterPort;

    /// <summary>Whether to listen for IPv6 guests as well. Default yes. Stand-ins are served as their configuration says whatever this is.</summary>
    public bool Ipv6 { get; init; } = true;

    /// <summary>Where haproxy stand-ins register, such as <c>/run/firstlight/stand-in</c>; made when missing. Null, the default: no stand-ins.</summary>
    public string? StandInDirectory { get; init; }

    /// <summary>Serve a namespace only while a stand-in is registered for it: where and when Neutron itself would run a proxy. Default no.</summary>
    public bool OnlyRegistered { get; init; }

    /// <summary>Which names may be looked at, for hosts that are shared; null for all. Default null.</summary>
    public Func<string, bool>? Includes { get; init; }
}
