using System.Collections.Immutable;
using System.Text;

namespace Firstlight.Inventory.Neutron;

/// <summary>What to list: filters and the members wanted. Immutable; an empty query lists everything the account may see.</summary>
/// <remarks>
/// Values of one attribute are alternatives, attributes must all match (Networking API v2.0). Comparison is textual: IPv6 addresses in canonical form.
/// </remarks>
public sealed record NeutronQuery
{
    // Servers and proxies take request lines of 8 KiB; the rest is for the path, the method and paging.
    private const int LongestQuery = 7900;

    private ImmutableArray<KeyValuePair<string, string>> Filters { get; init; } = [];

    private ImmutableArray<string> Fields { get; init; } = [];

    private Alternatives? Long { get; init; }

    private int? Page { get; init; }

    /// <summary>The query without filters.</summary>
    public static NeutronQuery All { get; } = new();

    /// <summary>Adds a filter; with an attribute that has one already, an alternative.</summary>
    /// <param name="attribute">Such as <c>device_id</c>; <c>fixed_ips</c> takes <c>ip_address=10.0.0.5</c>.</param>
    /// <param name="value">Wanted value, not escaped.</param>
    public NeutronQuery Where(string attribute, string value) => this with { Filters = Filters.Add(new(attribute, value)) };

    /// <summary>Adds the one filter that may have many values; they are asked for in several requests where they do not fit into one.</summary>
    /// <param name="attribute">Such as <c>network_id</c>.</param>
    /// <param name="values">Alternatives; with none nothing is asked and nothing found.</param>
    /// <param name="perRequest">Most values in one request. Default 150.</param>
    public NeutronQuery WhereAny(string attribute, IEnumerable<string> values, int perRequest = 150) =>
        this with { Long = new Alternatives(attribute, [.. values.Distinct(StringComparer.Ordinal)], perRequest) };

    /// <summary>Names the members wanted; without it all come.</summary>
    public NeutronQuery Select(params IEnumerable<string> fields) => this with { Fields = [.. Fields, .. fields] };

    /// <summary>Asks for pages of at most so many; without it a page is as long as the server makes it, often everything.</summary>
    /// <param name="page">Most items on a page; the server may have a lower bound of its own (<c>pagination_max_limit</c>).</param>
    public NeutronQuery Limit(int page) => this with { Page = page };

    /// <summary>The query strings to ask, without a question mark; none when the long filter has no values.</summary>
    internal IEnumerable<string> Requests()
    {
        var head = new StringBuilder();
        foreach (var (attribute, value) in Filters) Add(head, attribute, value);
        var tail = new StringBuilder();
        foreach (var field in Fields) Add(tail, "fields", field);
        if (Page is { } page) Add(tail, "limit", page.ToString());

        if (Long is null)
        {
            yield return Joined(head, tail);
            yield break;
        }

        var text = new StringBuilder().Append(head);
        var count = 0;
        foreach (var value in Long.Values)
        {
            var length = Long.Attribute.Length + Uri.EscapeDataString(value).Length + 2;
            if (count == Long.PerRequest || (count > 0 && text.Length + length + tail.Length > LongestQuery))
            {
                yield return Joined(text, tail);
                text.Clear().Append(head);
                count = 0;
            }

            Add(text, Long.Attribute, value);
            count++;
        }

        if (count > 0) yield return Joined(text, tail);
    }

    private static void Add(StringBuilder query, string name, string value) =>
        query.Append(name).Append('=').Append(Uri.EscapeDataString(value)).Append('&');

    private static string Joined(StringBuilder head, StringBuilder tail) => $"{head}{tail}".TrimEnd('&');

    private sealed record Alternatives(string Attribute, ImmutableArray<string> Values, int PerRequest);
}
