using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Firstlight.Logging;

/// <summary>One JSON object a line: time, level, category, event_id, event, message, fields, exception.</summary>
internal sealed class JsonFormat : ILineFormat
{
    /// <inheritdoc/>
    public string Format(in LogLine line)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", line.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", TextFormat.Name(line.Level).TrimEnd());
            json.WriteString("category", line.Category);
            json.WriteNumber("event_id", line.Id.Id);
            if (line.Id.Name is { } name) json.WriteString("event", name);
            json.WriteString("message", line.Message);
            WriteFields(json, line.Fields);
            if (line.Exception is { } exception) json.WriteString("exception", LogText.Of(exception));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        if (fields is null || fields.All(f => f.Key == LogText.TemplateField)) return;
        json.WriteStartObject("fields");
        foreach (var (name, value) in fields)
        {
            if (name == LogText.TemplateField) continue;
            json.WritePropertyName(name);
            switch (value)
            {
                case null: json.WriteNullValue(); break;
                case bool b: json.WriteBooleanValue(b); break;
                case int i: json.WriteNumberValue(i); break;
                case long l: json.WriteNumberValue(l); break;
                case double d when double.IsFinite(d): json.WriteNumberValue(d); break;
                default: json.WriteStringValue(LogText.Of(value)); break;
            }
        }

        json.WriteEndObject();
    }
}
