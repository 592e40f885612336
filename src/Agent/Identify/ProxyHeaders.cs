using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Firstlight.Inventory;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Firstlight.Agent.Identify;

/// <summary>Whether the headers of a proxy say who asks.</summary>
internal enum ProxyClaim
{
    /// <summary>They do; whether anybody is there is the directory's to say.</summary>
    Sound,

    /// <summary>A network and a router: one of them was forged by the guest.</summary>
    TwoScopes,

    /// <summary>Neither network nor router.</summary>
    NoScope,

    /// <summary>No address, several, or none that can be read.</summary>
    BadAddress,
}

/// <summary>Reads who asks from the headers that Neutron's haproxies set, by the rules of its metadata agent.</summary>
/// <remarks>
/// A guest may send such headers too, and spell them with underscores, which a WSGI server cannot tell from dashes. So all spellings of a name count as one
/// header and their values are joined by commas: what was sent twice is then neither an address nor an id, and is refused.
/// </remarks>
internal static class ProxyHeaders
{
    private const string ForwardedFor = "x-forwarded-for";
    private const string NetworkId = "x-neutron-network-id";
    private const string RouterId = "x-neutron-router-id";
    private const string QuantumNetworkId = "x-quantum-network-id";
    private const string QuantumRouterId = "x-quantum-router-id";

    // No brackets, prefixes or zones, all of which the framework's parser would take.
    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789abcdefABCDEFxX.:");

    /// <summary>Reads them.</summary>
    /// <param name="headers">All that came; values without blanks around them.</param>
    /// <param name="acceptQuantumNames">Whether the names used before Havana count too.</param>
    /// <param name="caller">Complete when the claim is sound, else what is known for the log.</param>
    public static ProxyClaim Read(IHeaderDictionary headers, bool acceptQuantumNames, out Caller caller)
    {
        string? address = null, network = null, router = null;
        foreach (var (name, values) in headers)
        {
            if (Is(name, ForwardedFor)) Join(ref address, values);
            else if (Is(name, NetworkId) || (acceptQuantumNames && Is(name, QuantumNetworkId))) Join(ref network, values);
            else if (Is(name, RouterId) || (acceptQuantumNames && Is(name, QuantumRouterId))) Join(ref router, values);
        }

        address = address?.Trim() ?? "";
        network = network?.Trim() ?? "";
        router = router?.Trim() ?? "";
        var scope = network.Length > 0 ? new Scope(ScopeKind.Network, network) : new Scope(ScopeKind.Router, router);
        caller = new Caller(null, address, scope);
        if (network.Length > 0 && router.Length > 0) return ProxyClaim.TwoScopes;
        if (scope.Id.Length == 0) return ProxyClaim.NoScope;
        if (!TryReadAddress(address, out var peer)) return ProxyClaim.BadAddress;

        // An id of another form is nobody's, and asking for it would only let guests put load on the directory.
        if (peer is null || Canonical(scope.Id) is not { } id) return ProxyClaim.Sound;
        scope = scope with { Id = id };
        caller = new Caller(PeerAddress.Query(scope, PeerAddress.Plain(peer)), address, scope);
        return ProxyClaim.Sound;
    }

    private static bool Is(string name, string expected)
    {
        if (name.Length != expected.Length) return false;
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i] == '_' ? '-' : char.ToLowerInvariant(name[i]);
            if (c != expected[i]) return false;
        }

        return true;
    }

    private static void Join(ref string? joined, StringValues values)
    {
        for (var i = 0; i < values.Count; i++) joined = joined is null ? values[i] : $"{joined},{values[i]}";
    }

    // Null for a spelling no port has. Neutron compares addresses as text, in the form of inet_ntop(3) that proxies write; 10.70, 010.0.0.70 and fd00:0:0:0:0:0:0:1
    // are read by its agent but match nothing.
    private static bool TryReadAddress(string text, out IPAddress? address)
    {
        address = null;
        if (text.AsSpan().ContainsAnyExcept(AddressCharacters) || !IPAddress.TryParse(text, out var parsed)) return false;
        if (IsUsual(text, parsed)) address = parsed;
        return true;
    }

    private static bool IsUsual(string text, IPAddress address)
    {
        var usual = address.ToString();
        if (usual.Equals(text, StringComparison.OrdinalIgnoreCase)) return true;

        // These two are not compared as text: the embedded address is, or the MAC. With a dot besides, the framework writes more than inet_ntop does.
        return address.AddressFamily == AddressFamily.InterNetworkV6 && (address.IsIPv6LinkLocal || usual.Contains('.'));
    }

    // Neutron's database compares ids without regard to case.
    private static string? Canonical(string id)
    {
        if (!Guid.TryParseExact(id, "D", out var parsed)) return null;
        var canonical = parsed.ToString("D");
        return canonical.Equals(id, StringComparison.OrdinalIgnoreCase) ? canonical : null;
    }
}
