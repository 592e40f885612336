using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Firstlight.Logging;

/// <summary><c>2026-11-20T10:00:00.123Z info  Category[id] message key=value</c>.</summary>
/// <param name="levelPrefix">Put systemd's <c>&lt;6&gt;</c> in front, so that the journal knows the level.</param>
internal sealed class TextFormat(bool levelPrefix) : ILineFormat
{
    /// <inheritdoc/>
    public string Format(in LogLine line)
    {
        var text = new StringBuilder(160);
        if (levelPrefix) text.Append('<').Append(Syslog(line.Level)).Append('>');
        text.Append(line.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
            .Append(' ').Append(Name(line.Level)).Append(' ')
            .Append(line.Category).Append('[').Append(line.Id.Id).Append("] ");
        AppendOneLine(text, line.Message);

        var template = line.Fields?.FirstOrDefault(f => f.Key == LogText.TemplateField).Value as string ?? "";
        foreach (var (name, value) in line.Fields ?? [])
        {
            // What the message says already is not said twice.
            if (name == LogText.TemplateField || template.Contains($"{{{name}", StringComparison.Ordinal)) continue;
            text.Append(' ').Append(name).Append('=');
            AppendValue(text, LogText.Of(value));
        }

        if (line.Exception is { } exception)
        {
            text.Append(" exception=");
            AppendQuoted(text, LogText.Of(exception));
        }

        return text.ToString();
    }

    /// <summary>Level in five characters.</summary>
    internal static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        LogLevel.Error => "error",
        _ => "crit ",
    };

    private static int Syslog(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => 7,
        LogLevel.Information => 6,
        LogLevel.Warning => 4,
        LogLevel.Error => 3,
        _ => 2,
    };

    private static void AppendValue(StringBuilder text, string value)
    {
        if (value.Length > 0 && !value.Any(c => c is ' ' or '"' or '=' || char.IsControl(c))) text.Append(value);
        else AppendQuoted(text, value);
    }

    private static void AppendQuoted(StringBuilder text, string value)
    {
        text.Append('"');
        AppendOneLine(text, value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal));
        text.Append('"');
    }

    // A guest's path may hold a line end; it must not be able to write a log line of its own.
    private static void AppendOneLine(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            if (c == '\n') text.Append("\\n");
            else if (c == '\r') text.Append("\\r");
            else if (c == '\t') text.Append(' ');
            else if (char.IsControl(c) || c is '\u2028' or '\u2029') text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        }
    }
}
