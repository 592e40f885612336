using System.Text.Json;

namespace Firstlight.Inventory.Nova.Columns;

/// <summary>Nova's versioned objects as JSON: a wrapper of name, version and data.</summary>
/// <remarks>Fields that were not set are absent; unknown ones are ignored.</remarks>
internal static class VersionedObject
{
    private const string NameKey = "nova_object.name";
    private const string VersionKey = "nova_object.version";
    private const string DataKey = "nova_object.data";

    // Nova nests a handful of levels; more is not a row of Nova's.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <summary>Parses a column.</summary>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static JsonDocument Parse(string json) => JsonDocument.Parse(json, Options);

    /// <summary>Class of the object, null for one without a wrapper (before Liberty).</summary>
    public static string? Name(JsonElement item) => Text(item, NameKey);

    /// <summary>Whether the object's class has at least this version; one without a wrapper is older than any.</summary>
    public static bool IsAtLeast(JsonElement item, int major, int minor) =>
        Version.TryParse(Text(item, VersionKey), out var version) && version >= new Version(major, minor);

    /// <summary>Fields of the object; before Liberty they stood bare.</summary>
    public static JsonElement Data(JsonElement item) => Member(item, DataKey) ?? item;

    /// <summary>A member, null when absent or null.</summary>
    /// <exception cref="InvalidOperationException">The item is no object.</exception>
    public static JsonElement? Member(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text member, null when absent or null.</summary>
    public static string? Text(JsonElement item, string name) => Member(item, name)?.GetString();

    /// <summary>Items of a list member; none when absent or null.</summary>
    public static IEnumerable<JsonElement> List(JsonElement item, string name) => Member(item, name) is { } list ? list.EnumerateArray() : [];

    /// <summary>Python's truth of a member.</summary>
    public static bool IsTrue(JsonElement item, string name) => Member(item, name) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Number => value.GetDouble() != 0,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        _ => value.EnumerateObject().Any(),
    };

    /// <summary>A whole number, also where it is stored as text; null when absent or null.</summary>
    /// <exception cref="FormatException">Neither.</exception>
    public static int? Number(JsonElement item, string name) => Member(item, name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : value.ValueKind == JsonValueKind.String && int.TryParse(value.GetString(), out var parsed) ? parsed
        : throw new FormatException($"{name} is no whole number");
}
