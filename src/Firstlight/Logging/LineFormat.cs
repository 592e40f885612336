using System.Text;
using Microsoft.Extensions.Logging;

namespace Firstlight.Logging;

/// <summary>One thing to log, before it is text.</summary>
/// <param name="Time">UTC.</param>
/// <param name="Level">Level.</param>
/// <param name="Category">Logger name.</param>
/// <param name="Id">Event id and name.</param>
/// <param name="Message">Formatted message.</param>
/// <param name="Fields">Named values of the message and beside it; null for none.</param>
/// <param name="Exception">What failed, or null.</param>
internal readonly record struct LogLine(
    DateTimeOffset Time,
    LogLevel Level,
    string Category,
    EventId Id,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>>? Fields,
    Exception? Exception);

/// <summary>How a line looks. Whatever goes in, one line comes out.</summary>
internal interface ILineFormat
{
    /// <summary>The line without its end.</summary>
    string Format(in LogLine line);
}

/// <summary>What both forms need.</summary>
internal static class LogText
{
    /// <summary>Name under which generated logging keeps the template.</summary>
    public const string TemplateField = "{OriginalFormat}";

    /// <summary>An exception on one line: types and messages down to the root, then the frames of the outermost.</summary>
    public static string Of(Exception exception)
    {
        var text = new StringBuilder();
        for (var at = exception; at is not null; at = at.InnerException)
        {
            if (text.Length > 0) text.Append(" <- ");
            text.Append(at.GetType().FullName).Append(": ").Append(at.Message);
        }

        foreach (var frame in (exception.StackTrace ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            text.Append(" | ").Append(frame);
        return text.ToString();
    }

    /// <summary>A field's value as text.</summary>
    public static string Of(object? value) => value switch
    {
        null => "(null)",
        string s => s,
        IFormattable f => f.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        System.Collections.IEnumerable many => string.Join(", ", many.Cast<object?>().Select(Of)),
        _ => value.ToString() ?? "",
    };
}
