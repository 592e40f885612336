using System.Text.Json;

namespace Firstlight.Cli.Output;

/// <summary>Objects put together from others.</summary>
internal static class JsonFields
{
    /// <summary>One object with the fields of both, in that order.</summary>
    public static JsonElement Joined(JsonElement first, JsonElement second)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            foreach (var field in first.EnumerateObject().Concat(second.EnumerateObject())) field.WriteTo(writer);
            writer.WriteEndObject();
        }

        return JsonDocument.Parse(bytes.ToArray()).RootElement;
    }
}
