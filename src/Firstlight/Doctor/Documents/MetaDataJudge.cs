using System.Text.Json;

namespace Firstlight.Doctor.Documents;

/// <summary><c>meta_data.json</c> as cloud-init's OpenStack reader takes it. Pure.</summary>
internal static class MetaDataJudge
{
    private const string Mend = "see which metadata API answers, and what its log says";

    public static DocumentVerdict Judge(ReadOnlyMemory<byte> bytes, AskedInstance instance)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? OfObject(document.RootElement, bytes.Length, instance)
                : DocumentVerdict.Bad($"{document.RootElement.ValueKind}", "cloud-init wants an object", Mend);
        }
        catch (JsonException e)
        {
            return DocumentVerdict.Bad($"{bytes.Length} bytes", $"not JSON: {e.Message}", Mend);
        }
    }

    private static DocumentVerdict OfObject(JsonElement root, int length, AskedInstance instance)
    {
        var uuid = Text(root, "uuid");
        if (string.IsNullOrEmpty(uuid)) return DocumentVerdict.Bad($"{length} bytes, no uuid", "cloud-init takes the uuid for the instance id and stops without it", Mend);
        if (uuid != instance.Id.Value)
            return DocumentVerdict.Bad($"uuid {uuid}", $"the guest is told of another instance than {instance.Id}", Mend);
        if (root.TryGetProperty("random_seed", out var seed) && (seed.ValueKind != JsonValueKind.String || !seed.TryGetBytesFromBase64(out _)))
            return DocumentVerdict.Bad("random_seed", "not base64: cloud-init refuses the whole document", Mend);
        var name = Text(root, "hostname") ?? Text(root, "name");
        return string.IsNullOrEmpty(name)
            ? DocumentVerdict.Odd($"uuid {uuid}, no hostname", "the guest keeps the name of its image", "give the server a name")
            : DocumentVerdict.Fine($"uuid as it shall be, hostname {name}, {length} bytes");
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
