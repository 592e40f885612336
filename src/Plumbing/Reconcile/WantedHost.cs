using System.Collections.Immutable;
using System.Net;
using Firstlight.Plumbing.Attach;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>All that this host shall carry. Whatever the journal says is ours and is not in here is taken away.</summary>
/// <param name="Networks">Networks: a bridge each, and a DHCP namespace where one is wanted.</param>
/// <param name="Routers">Routers between those networks.</param>
public sealed record WantedHost(ImmutableArray<WantedNetwork> Networks, ImmutableArray<WantedRouter> Routers)
{
    /// <summary>A host that carries nothing.</summary>
    public static WantedHost Empty { get; } = new([], []);

    /// <summary>All ports whose devices may stand in the bridges, each held to what it may send from before it is plugged in; null (default) leaves devices alone.</summary>
    public ImmutableArray<WantedPort>? Ports { get; init; }
}

/// <summary>An address as it stands on a device.</summary>
/// <param name="Address">IPv4 or IPv6, without scope id.</param>
/// <param name="PrefixLength">Prefix length in bits.</param>
public readonly record struct InterfaceAddress(IPAddress Address, int PrefixLength)
{
    /// <summary>The prefix it is in.</summary>
    internal IPNetwork Prefix
    {
        get
        {
            var bytes = Address.GetAddressBytes();
            for (var bit = PrefixLength; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
            return new IPNetwork(new IPAddress(bytes), PrefixLength);
        }
    }

    /// <summary>Whether another address of the same family is in the same prefix.</summary>
    internal bool Contains(IPAddress other) => other.AddressFamily == Address.AddressFamily && Prefix.Contains(other);

    /// <summary>In the form <c>10.0.0.65/26</c>.</summary>
    public override string ToString() => $"{Address}/{PrefixLength}";
}
