using System.Diagnostics;
using Firstlight.Inventory;

namespace Firstlight.Agent.Discover;

/// <summary>The name of a namespace, read as Neutron's agents write it: a prefix and a UUID in its canonical form.</summary>
internal static class NamespaceName
{
    private static readonly (string Prefix, NeutronNamespaceKinds Kind)[] Prefixes =
    [
        ("qdhcp-", NeutronNamespaceKinds.Dhcp),
        ("qrouter-", NeutronNamespaceKinds.Router),
        ("ovnmeta-", NeutronNamespaceKinds.OvnMetadata),
    ];

    /// <summary>Reads a name; false for what no agent makes, such as <c>qdhcp-test</c> or <c>snat-…</c>.</summary>
    public static bool TryParse(string name, out NeutronNamespaceKinds kind, out Scope scope)
    {
        foreach (var (prefix, itsKind) in Prefixes)
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal) || !IsUuid(name.AsSpan(prefix.Length))) continue;
            kind = itsKind;
            scope = new Scope(ScopeOf(itsKind), name[prefix.Length..]);
            return true;
        }

        kind = NeutronNamespaceKinds.None;
        scope = default;
        return false;
    }

    /// <summary>36 characters, lower case, with hyphens: the only form Neutron writes.</summary>
    public static bool IsUuid(ReadOnlySpan<char> text) =>
        text.Length == 36 && Guid.TryParseExact(text, "D", out _) && !text.ContainsAnyInRange('A', 'Z');

    private static ScopeKind ScopeOf(NeutronNamespaceKinds kind) => kind switch
    {
        NeutronNamespaceKinds.Router => ScopeKind.Router,
        NeutronNamespaceKinds.Dhcp or NeutronNamespaceKinds.OvnMetadata => ScopeKind.Network,
        _ => throw new UnreachableException(),
    };
}
