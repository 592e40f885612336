using System.Collections.Immutable;

namespace Firstlight.Inventory.Neutron.Keystone;

/// <summary>A token and the services it is good for. Never printed.</summary>
public sealed class KeystoneToken
{
    private readonly ImmutableArray<CatalogEndpoint> _catalog;

    internal KeystoneToken(string value, DateTimeOffset expiresAt, ImmutableArray<CatalogEndpoint> catalog)
    {
        Value = value;
        ExpiresAt = expiresAt;
        _catalog = catalog;
    }

    /// <summary>What goes into <c>X-Auth-Token</c>.</summary>
    public string Value { get; }

    /// <summary>When Keystone ceases to take it.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>The project it is for; null for a token of the whole system, or of none.</summary>
    public string? ProjectId { get; internal init; }

    /// <summary>Names of the roles the account has there.</summary>
    public IReadOnlyList<string> Roles { get; internal init; } = [];

    /// <summary>The token of <see cref="KeystoneMethod.None"/>: keystoneauth sends this text, some servers want a header.</summary>
    internal static KeystoneToken NotUsed { get; } = new("notused", DateTimeOffset.MaxValue, []);

    /// <summary>Finds where a service is.</summary>
    /// <param name="type">Service type, such as <c>network</c>.</param>
    /// <param name="interfaces">Wanted interfaces, best first: <c>internal</c>, <c>public</c>, <c>admin</c>.</param>
    /// <param name="region">Region; null for any.</param>
    /// <returns>Null when the catalog has none.</returns>
    public Uri? Endpoint(string type, IReadOnlyList<string> interfaces, string? region)
    {
        ArgumentNullException.ThrowIfNull(interfaces);
        foreach (var wanted in interfaces)
        {
            var found = _catalog.FirstOrDefault(
                endpoint => endpoint.Type == type && endpoint.Interface == wanted && (region is null || endpoint.Region == region));
            if (found is not null) return found.Url;
        }

        return null;
    }

    /// <summary>Names the type only: a token never reaches a log.</summary>
    public override string ToString() => nameof(KeystoneToken);
}

/// <summary>One line of the catalog.</summary>
internal sealed record CatalogEndpoint(string Type, string Interface, string? Region, Uri Url);
