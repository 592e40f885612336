using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Yaml;

/// <summary>Reads the fields of one mapping by name; what is missing, mistyped or left over is a mistake with its line.</summary>
internal sealed class FieldReader
{
    private readonly MapNode _map;
    private readonly Mistakes _mistakes;
    private readonly Dictionary<string, Entry> _fields;

    /// <param name="map">The mapping.</param>
    /// <param name="what">What it describes, such as <c>subnet</c>; with its name it is the subject of messages.</param>
    /// <param name="known">Names of all fields it may have.</param>
    /// <param name="mistakes">Where mistakes go.</param>
    public FieldReader(MapNode map, string what, IReadOnlyCollection<string> known, Mistakes mistakes)
    {
        _map = map;
        _mistakes = mistakes;
        // Null means left out, whatever the field.
        _fields = map.Entries.Where(e => e.Value is not TextNode { IsNull: true } || e.Key == "gateway").ToDictionary(e => e.Key, StringComparer.Ordinal);
        var name = map.Entries.Find(e => e.Key == "name").Value is TextNode { IsNull: false } text ? text.Text : null;
        Subject = name is null ? what : $"{what} {name}";
        foreach (var entry in map.Entries.Where(e => !known.Contains(e.Key)))
        {
            var near = Nearest.Of(entry.Key, known) is { } word ? $"; did you mean {word}?" : $"; known are {string.Join(", ", known)}";
            Wrong(entry.Line, entry.Key, $"unknown field{near}");
        }
    }

    /// <summary>Such as <c>subnet blue-v4</c>.</summary>
    public string Subject { get; }

    /// <summary>Where the mapping and its fields are.</summary>
    public SpecSource Source => new(_map.Line, _fields.Values.ToImmutableDictionary(e => e.Key, e => e.Line));

    public bool Has(string field) => _fields.ContainsKey(field);

    public int LineOf(string field) => _fields.TryGetValue(field, out var entry) ? entry.Line : _map.Line;

    /// <summary>A text that must be there; an empty one stands in after a mistake.</summary>
    public string Required(string field)
    {
        if (!_fields.TryGetValue(field, out var entry)) Wrong(_map.Line, field, "is missing");
        else if (entry.Value is TextNode { Text.Length: 0 }) Wrong(entry.Line, field, "is empty");
        return entry.Value is null ? "" : Text(field) ?? "";
    }

    public string? Text(string field) => _fields.TryGetValue(field, out var entry) ? TextOf(entry.Value, field) : null;

    public int? Integer(string field) => Number(field) is { } number
        ? number is >= int.MinValue and <= int.MaxValue ? (int)number : Wrong<int?>(LineOf(field), field, $"{number} is out of range")
        : null;

    public long? Number(string field) => Parsed<long?>(field, "a whole number", (string text, out long? value) =>
    {
        var good = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        value = number;
        return good;
    });

    public bool? Boolean(string field) => Parsed<bool?>(field, "true or false", (string text, out bool? value) =>
    {
        value = text.ToLowerInvariant() switch { "true" or "yes" or "on" => true, "false" or "no" or "off" => false, _ => null };
        return value is not null;
    });

    public Ipv6Mode? Mode(string field) => Parsed<Ipv6Mode?>(field, Ipv6ModeText.Choices, (string text, out Ipv6Mode? value) =>
    {
        var good = Ipv6ModeText.TryParse(text, out var mode);
        value = mode;
        return good;
    });

    public IPAddress? Address(string field) => Parsed<IPAddress?>(field, "an IP address", TryAddress);

    public IPNetwork? Prefix(string field) => Parsed<IPNetwork?>(field, "a prefix such as 10.0.0.0/24 (no host bits)", TryPrefix);

    public PhysicalAddress? Mac(string field) => Parsed<PhysicalAddress?>(field, "a MAC such as fa:16:3e:00:00:01", TryMac);

    public byte[]? Base64(string field) => Parsed<byte[]?>(field, "base64", (string text, out byte[]? value) =>
    {
        value = null;
        if (!System.Buffers.Text.Base64.IsValid(text)) return false;
        value = Convert.FromBase64String(text);
        return true;
    });

    public ImmutableArray<IPAddress> AddressList(string field) => List(field, item =>
        TextOf(item, field) is not { } text ? null : TryAddress(text, out var address) ? address : Wrong<IPAddress?>(item.Line, field, $"'{text}' is not an IP address"));

    public ImmutableArray<string> TextList(string field) => List(field, item => TextOf(item, field));

    /// <summary>A list of mappings.</summary>
    public ImmutableArray<T> Maps<T>(string field, Func<MapNode, T?> read)
        where T : class =>
        List(field, item => item is MapNode map ? read(map) : Wrong<T?>(item.Line, field, $"holds {Describe(item)} where a mapping belongs"));

    /// <summary>A mapping, or the word <c>none</c>.</summary>
    public (T? Value, bool None) MapOrNone<T>(string field, Func<MapNode, T> read)
        where T : class
    {
        if (!_fields.TryGetValue(field, out var entry)) return (null, false);
        if (entry.Value is MapNode map) return (read(map), false);
        if (entry.Value is TextNode { Text: "none" }) return (null, true);
        return (Wrong<T?>(entry.Line, field, $"is {Describe(entry.Value)}, neither a mapping nor none"), false);
    }

    /// <summary>A list; items that <paramref name="read"/> gives null for are left out.</summary>
    public ImmutableArray<T> List<T>(string field, Func<Node, T?> read)
        where T : class
    {
        if (!_fields.TryGetValue(field, out var entry)) return [];
        if (entry.Value is ListNode list) return [.. list.Items.Select(read).OfType<T>()];
        Wrong(entry.Line, field, $"is {Describe(entry.Value)}, not a list");
        return [];
    }

    /// <summary>A mapping of texts in the order written.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Pairs(string field)
    {
        if (!_fields.TryGetValue(field, out var entry)) return [];
        if (entry.Value is MapNode map) return [.. map.Entries.Select(e => KeyValuePair.Create(e.Key, (e.Value as TextNode)?.IsNull == true ? "" : TextOf(e.Value, field) ?? ""))];
        Wrong(entry.Line, field, $"is {Describe(entry.Value)}, not a mapping");
        return [];
    }

    public void Wrong(int line, string field, string rule) => _mistakes.Add(line, Subject, field, rule);

    private delegate bool TryRead<T>(string text, out T value);

    private T? Parsed<T>(string field, string what, TryRead<T?> read)
    {
        if (Text(field) is not { } text) return default;
        return read(text, out var value) ? value : Wrong<T>(LineOf(field), field, $"'{text}' is not {what}");
    }

    private string? TextOf(Node node, string field)
    {
        if (node is TextNode text) return text.Text;
        Wrong(node.Line, field, $"is {Describe(node)}, not a text");
        return null;
    }

    private T? Wrong<T>(int line, string field, string rule)
    {
        Wrong(line, field, rule);
        return default;
    }

    // Strict forms only: IPAddress.Parse would take 10.1 and 0x0a000001 as well.
    private static bool TryAddress(string text, out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && !text.Contains('%', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal)
        && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text) && !address.IsIPv4MappedToIPv6;

    private static bool TryPrefix(string text, out IPNetwork? prefix)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        // The runtime masks host bits away; a prefix that has them is more likely an address in the wrong place.
        var good = IPNetwork.TryParse(text, out var parsed) && slash > 0 && TryAddress(text[..slash], out var address) && parsed.BaseAddress.Equals(address);
        prefix = parsed;
        return good;
    }

    private static bool TryMac(string text, out PhysicalAddress? mac)
    {
        mac = null;
        return text.Length == 17 && text[2] is ':' or '-' && PhysicalAddress.TryParse(text, out mac) && mac.GetAddressBytes().Length == 6;
    }

    private static string Describe(Node node) => node switch { ListNode => "a list", MapNode => "a mapping", TextNode text => $"'{text.Text}'", _ => "nothing" };
}
