using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Firstlight.Plumbing.Nftables;

/// <summary>The port guard's table as <c>nft -j list table</c> shows it.</summary>
/// <param name="Skeleton">Sets, chains and rules in nft's own words, without elements and handles.</param>
/// <param name="Elements">What is in the sets.</param>
/// <param name="Parts">How many sets, maps, chains and rules there are.</param>
internal sealed record PortGuardListing(string Skeleton, PortGuardElements Elements, int Parts)
{
    /// <summary>Reads a listing.</summary>
    /// <exception cref="FormatException">It holds something in our sets that we do not put there.</exception>
    public static PortGuardListing Parse(string json)
    {
        try
        {
            return Read(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("the port guard's table cannot be understood", e);
        }
    }

    private static PortGuardListing Read(string json)
    {
        // Not from the pool of arrays, which would keep megabytes for good: so long a listing is read at a start, and after others changed rules.
        var root = JsonElement.Parse(Encoding.UTF8.GetBytes(json));
        var elements = new List<(string Set, string Text)>();
        var parts = 0;
        using var skeleton = new MemoryStream();
        using (var writer = new Utf8JsonWriter(skeleton))
        {
            writer.WriteStartArray();
            foreach (var item in root.GetProperty("nftables").EnumerateArray().SelectMany(i => i.EnumerateObject()).Where(p => p.Name is not "metainfo"))
            {
                if (item.Name is not "table") parts++;
                writer.WriteStartObject();
                writer.WriteStartObject(item.Name);
                foreach (var field in item.Value.EnumerateObject().Where(f => f.Name is not ("handle" or "elem"))) field.WriteTo(writer);
                writer.WriteEndObject();
                writer.WriteEndObject();
                if (item.Value.TryGetProperty("elem", out var elem)) elements.AddRange(ElementsOf(item.Value.GetProperty("name").GetString()!, elem));
            }

            writer.WriteEndArray();
        }

        return new PortGuardListing(Encoding.UTF8.GetString(skeleton.ToArray()), PortGuardElements.Listed(elements), parts);
    }

    // A set that is not ours shows in the skeleton, which then differs.
    private static IEnumerable<(string Set, string Text)> ElementsOf(string set, JsonElement elem)
    {
        if (!PortGuardElements.Sets.Contains(set)) return [];
        var bits = set switch { PortGuardElements.GuestClient => 48, PortGuardElements.GuestTarget or PortGuardElements.PairTarget => 128, _ => 0 };
        return elem.EnumerateArray().Select(element => (set, ElementText(element, bits)));
    }

    private static string ElementText(JsonElement element, int bits)
    {
        if (element.ValueKind == JsonValueKind.Array) return $"{Quoted(element[0])} : {VerdictText(element[1])}";
        if (element.ValueKind == JsonValueKind.String) return Quoted(element);
        var parts = element.GetProperty("concat");
        return string.Join(" . ", parts.EnumerateArray().Select((part, i) => i == 0 ? Quoted(part) : ValueText(part, bits)));
    }

    private static string Quoted(JsonElement name) => $"\"{name.GetString()}\"";

    private static string VerdictText(JsonElement verdict) =>
        verdict.TryGetProperty("goto", out var chain) ? $"goto {chain.GetProperty("target").GetString()}" : string.Join(' ', verdict.EnumerateObject().Select(p => p.Name));

    private static string ValueText(JsonElement value, int bits)
    {
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("prefix", out var prefix))
            return $"{ValueText(prefix.GetProperty("addr"), bits)}/{prefix.GetProperty("len").GetInt32()}";
        if (value.ValueKind == JsonValueKind.Object) return string.Join('-', value.GetProperty("range").EnumerateArray().Select(v => ValueText(v, bits)));
        if (value.ValueKind == JsonValueKind.Number) return PortGuardElements.Integer(value.GetUInt64(), bits);
        var text = value.GetString()!;
        if (text.StartsWith("0x", StringComparison.Ordinal))
            return PortGuardElements.Integer(BigInteger.Parse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), bits);
        return IsMac(text) ? text : IPAddress.TryParse(text, out var address) ? address.ToString() : text;
    }

    // A MAC would parse as an IPv6 address in no form, but six groups must not be tried as one.
    private static bool IsMac(string text) => text.Length == 17 && text.Count(c => c == ':') == 5;
}
