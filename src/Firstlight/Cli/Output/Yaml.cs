using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Firstlight.Cli.Output;

/// <summary>JSON values as block-style YAML. Strings that a YAML reader could take for something else are quoted as JSON quotes them.</summary>
internal static partial class Yaml
{
    /// <summary>Renders a document, ending in a line end.</summary>
    public static string Render(JsonElement document)
    {
        var text = new StringBuilder();
        Append(text, document, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement value, int indent)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().Any():
                foreach (var property in value.EnumerateObject())
                {
                    text.Append(' ', indent).Append(Scalar(property.Name)).Append(':');
                    AppendNested(text, property.Value, property.Value.ValueKind == JsonValueKind.Array ? indent : indent + 2);
                }

                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                foreach (var item in value.EnumerateArray())
                {
                    text.Append(' ', indent).Append('-');
                    if (IsBlock(item))
                    {
                        // The first line of the item stands beside its dash.
                        var start = text.Length;
                        Append(text, item, indent + 2);
                        text.Remove(start, indent + 1);
                    }
                    else
                    {
                        AppendNested(text, item, indent);
                    }
                }

                break;
            default:
                text.Append(' ', indent).Append(Inline(value)).Append('\n');
                break;
        }
    }

    private static void AppendNested(StringBuilder text, JsonElement value, int indent)
    {
        if (IsBlock(value))
        {
            text.Append('\n');
            Append(text, value, indent);
        }
        else
        {
            text.Append(' ').Append(Inline(value)).Append('\n');
        }
    }

    private static bool IsBlock(JsonElement value) =>
        (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any()) || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0);

    private static string Inline(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{}",
        JsonValueKind.Array => "[]",
        JsonValueKind.String => Scalar(value.GetString()!),
        _ => value.GetRawText(),
    };

    private static string Scalar(string text) => Plain().IsMatch(text) && !Reserved().IsMatch(text) ? text : $"\"{JsonEncodedText.Encode(text)}\"";

    // A letter first, so that no number, date, time or base-60 integer is left plain.
    [GeneratedRegex(@"\A[A-Za-z/][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+=-]+)*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Plain();

    [GeneratedRegex(@"\A(?:true|false|null|yes|no|on|off|y|n)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Reserved();
}
