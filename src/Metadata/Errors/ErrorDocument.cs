using System.Globalization;
using System.Text;
using Firstlight.Metadata.Documents;

namespace Firstlight.Metadata.Errors;

/// <summary>One error in its three forms, laid out as WebOb lays them out, which is how Nova and Neutron answer. Rendered once; safe for all threads.</summary>
public sealed class ErrorDocument
{
    private readonly ReadOnlyMemory<byte> _html;
    private readonly ReadOnlyMemory<byte> _json;
    private readonly ReadOnlyMemory<byte> _plain;

    /// <summary>Renders it.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="title">Its reason phrase, which is the headline too.</param>
    /// <param name="explanation">A sentence or two; markup in it is escaped.</param>
    public ErrorDocument(int status, string title, string explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        Status = status;
        var line = $"{status} {title}";
        _html = Encoding.UTF8.GetBytes(
            $"<html>\n <head>\n  <title>{line}</title>\n </head>\n <body>\n"
            + $"  <h1>{line}</h1>\n  {Escaped(explanation)}<br /><br />\n\n\n\n </body>\n</html>");
        _plain = Encoding.UTF8.GetBytes($"{line}\n\n{WithoutTags(explanation)}\n\n   ");

        var json = new PythonJson();
        json.StartObject();
        json.Member("message", explanation + "<br /><br />\n\n\n");
        json.Member("code", line);
        json.Member("title", title);
        json.EndObject();
        _json = json.ToArray();
    }

    /// <summary>HTTP status.</summary>
    public int Status { get; }

    /// <summary>The form that a caller gets.</summary>
    /// <param name="accept">Its <c>Accept</c> header; null when absent.</param>
    /// <returns>Content type and body.</returns>
    public (string ContentType, ReadOnlyMemory<byte> Body) For(string? accept) => AcceptHeader.Choose(accept) switch
    {
        ErrorForm.Html => (ContentTypes.Html, _html),
        ErrorForm.Json => (ContentTypes.Json, _json),
        _ => (ContentTypes.Text, _plain),
    };

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#x27;"),
                < 0x80 => escaped.Append((char)rune.Value),
                _ => escaped.Append(CultureInfo.InvariantCulture, $"&#{rune.Value};"),
            };
        }

        return escaped.ToString();
    }

    private static string WithoutTags(string text)
    {
        var kept = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var end = text[i] == '<' ? text.IndexOf('>', i) : -1;
            if (end > 0) i = end;
            else kept.Append(text[i]);
        }

        return kept.ToString();
    }
}
