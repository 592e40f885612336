using System.Text.Encodings.Web;
using System.Text.Json;

namespace Firstlight.Cli.Output;

/// <summary>Writes results in the form that was asked for. All forms are made from the same JSON, so they cannot tell different things.</summary>
internal static class ResultWriter
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one thing: a row a field as a table.</summary>
    public static void WriteOne(TextWriter output, OutputFormat format, JsonElement item)
    {
        if (format == OutputFormat.Table) Table.WriteFields(output, item);
        else WriteDocument(output, format, item);
    }

    /// <summary>Writes several things: a row each as a table.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="format">How.</param>
    /// <param name="items">A JSON array.</param>
    /// <param name="columns">Fields a table shows, in order.</param>
    public static void WriteMany(TextWriter output, OutputFormat format, JsonElement items, IReadOnlyList<string> columns)
    {
        if (format == OutputFormat.Table) Table.WriteRows(output, items, columns);
        else WriteDocument(output, format, items);
    }

    private static void WriteDocument(TextWriter output, OutputFormat format, JsonElement document)
    {
        if (format == OutputFormat.Yaml)
        {
            output.Write(Yaml.Render(document));
            return;
        }

        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Indented)) document.WriteTo(writer);
        output.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.ToArray()));
    }
}
