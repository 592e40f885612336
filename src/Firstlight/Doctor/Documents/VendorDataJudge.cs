using System.Text.Json;

namespace Firstlight.Doctor.Documents;

/// <summary><c>vendor_data.json</c> as cloud-init takes it. Pure.</summary>
internal static class VendorDataJudge
{
    private const string Mend = "correct the file of [api] vendordata_jsonfile_path";

    public static DocumentVerdict Judge(ReadOnlyMemory<byte> bytes, AskedInstance instance)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Object when !document.RootElement.EnumerateObject().Any() => DocumentVerdict.Fine("empty"),
                JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.String or JsonValueKind.Null => DocumentVerdict.Fine($"{bytes.Length:N0} bytes"),
                var kind => DocumentVerdict.Bad($"{bytes.Length:N0} bytes", $"it is a {kind.ToString().ToLowerInvariant()}: cloud-init takes an object, a list or a text", Mend),
            };
        }
        catch (JsonException e)
        {
            return DocumentVerdict.Bad($"{bytes.Length:N0} bytes", $"not JSON: {e.Message}", Mend);
        }
    }
}
