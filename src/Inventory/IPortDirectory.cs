using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Metadata.Identity;

namespace Firstlight.Inventory;

/// <summary>(network or router, source address or MAC) → port. Two stores fulfil it: our own inventory and Neutron's REST API.</summary>
public interface IPortDirectory
{
    /// <summary>Finds the one port that asks.</summary>
    /// <param name="query">Scope of the listener and what is known of the peer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The outcome; <see cref="PortOutcome.Found"/> only when exactly one port with an instance matches.</returns>
    /// <exception cref="InventoryUnavailableException">The directory cannot be asked now and has no good answer in memory.</exception>
    ValueTask<PortLookup> FindAsync(PortQuery query, CancellationToken cancellationToken);

    /// <summary>Finds it in memory, for a caller that must not wait: asks nobody and allocates nothing.</summary>
    /// <param name="query">Scope of the listener and what is known of the peer.</param>
    /// <param name="port">The one port that asks.</param>
    /// <returns>False where only <see cref="FindAsync"/> can tell; that says nothing of the port, and counts as no lookup.</returns>
    bool TryFind(in PortQuery query, [MaybeNullWhen(false)] out FoundPort port)
    {
        port = null;
        return false;
    }

    /// <summary>Finds it again, from the store itself: for an answer that the upstream disagrees with, since an address may have changed hands.</summary>
    /// <inheritdoc cref="FindAsync"/>
    ValueTask<PortLookup> FindAfreshAsync(PortQuery query, CancellationToken cancellationToken) => FindAsync(query, cancellationToken);
}

/// <summary>Whether a listener stands in a network's namespace or in a router's.</summary>
public enum ScopeKind
{
    /// <summary>The listener belongs to one network (DHCP path).</summary>
    Network,

    /// <summary>The listener belongs to a router: the networks are those of its interface ports. None → nobody, never everybody.</summary>
    Router,
}

/// <summary>The network or router a listener belongs to: one half of a guest's identity.</summary>
/// <param name="Kind">Network or router.</param>
/// <param name="Id">UUID of it.</param>
public readonly record struct Scope(ScopeKind Kind, string Id)
{
    /// <summary>Such as <c>network 2c4b…</c>.</summary>
    public override string ToString() => Kind == ScopeKind.Network ? $"network {Id}" : $"router {Id}";
}

/// <summary>Who a request claims to be by where it came from.</summary>
/// <param name="Scope">Of the socket the connection was accepted on.</param>
/// <param name="Address">The peer's address, already unmapped from <c>::ffff:0:0/96</c>, without scope id. Matched against fixed addresses unless <paramref name="Mac"/> is set.</param>
/// <param name="Mac">Set for an IPv6 link-local peer with a true EUI-64: then the MAC is matched and the address is not.</param>
public readonly record struct PortQuery(Scope Scope, IPAddress Address, PhysicalAddress? Mac);

/// <summary>How a lookup ended. Guests see 404 for all but <see cref="Found"/>.</summary>
public enum PortOutcome
{
    /// <summary>Nothing matches, or the port has no device id, or the scope has no networks.</summary>
    Unknown,

    /// <summary>Exactly one port matches.</summary>
    Found,

    /// <summary>Several ports match; there is no tie-break.</summary>
    Ambiguous,
}

/// <summary>The answer of a directory.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Port">Set when found.</param>
public readonly record struct PortLookup(PortOutcome Outcome, FoundPort? Port);

/// <summary>The port a guest was found to be.</summary>
/// <param name="PortId">Port UUID.</param>
/// <param name="InstanceId">Its <c>device_id</c>.</param>
/// <param name="ProjectId">Its project.</param>
/// <param name="NetworkId">Its network.</param>
public sealed record FoundPort(string PortId, InstanceId InstanceId, ProjectId ProjectId, string NetworkId);
