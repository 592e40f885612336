using System.Buffers;
using System.Globalization;

namespace Firstlight.Metadata.Errors;

/// <summary>The form of an error body.</summary>
public enum ErrorForm
{
    /// <summary>Nothing offered is acceptable, or nothing was asked.</summary>
    Plain,

    /// <summary>HTML.</summary>
    Html,

    /// <summary>A JSON object of message, code and title.</summary>
    Json,
}

/// <summary>Chooses the form of an error body by <c>Accept</c> (RFC 7231 §5.3.2), offering HTML and JSON; HTML wins ties.</summary>
public static class AcceptHeader
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Chooses.</summary>
    /// <param name="accept">The header; null when absent.</param>
    /// <returns>HTML for a value that is not well-formed, as WebOb has it.</returns>
    public static ErrorForm Choose(string? accept)
    {
        switch (accept)
        {
            case null or "": return ErrorForm.Plain;
            case "*/*" or "text/html": return ErrorForm.Html;
            case "application/json": return ErrorForm.Json;
        }

        var html = new Quality("text", "html");
        var json = new Quality("application", "json");
        var rest = accept.AsSpan();
        while (TakeElement(ref rest, out var element))
        {
            if (element.IsEmpty) continue;
            if (!TryParse(element, out var range, out var quality, out var hasParameters)) return ErrorForm.Html;

            // A range with parameters is for variants that are not on offer.
            if (hasParameters) continue;
            html.Consider(range, quality);
            json.Consider(range, quality);
        }

        if (html.Value <= 0 && json.Value <= 0) return ErrorForm.Plain;
        return html.Value >= json.Value ? ErrorForm.Html : ErrorForm.Json;
    }

    private static bool TakeElement(scoped ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> element) => Take(ref rest, ',', out element);

    private static bool TryParse(ReadOnlySpan<char> element, out ReadOnlySpan<char> range, out decimal quality, out bool hasParameters)
    {
        quality = 1;
        hasParameters = false;
        var rest = element;
        Take(ref rest, ';', out range);
        var slash = range.IndexOf('/');
        if (slash < 0 || !IsToken(range[..slash]) || !IsToken(range[(slash + 1)..])) return false;
        if (range[..slash] is "*" && range[(slash + 1)..] is not "*") return false;

        var afterQuality = false;
        while (Take(ref rest, ';', out var parameter))
        {
            var equals = parameter.IndexOf('=');
            var name = equals < 0 ? parameter : parameter[..equals];
            if (!IsToken(name)) return false;

            var value = equals < 0 ? default : parameter[(equals + 1)..];
            if (!afterQuality && name.Equals("q", StringComparison.OrdinalIgnoreCase))
            {
                if (!TryParseQuality(value, out quality)) return false;
                afterQuality = true;
                continue;
            }

            // Behind q a bare name is allowed, before it a parameter has a value.
            if (equals < 0 ? !afterQuality : !IsToken(value) && !IsQuoted(value)) return false;
            hasParameters |= !afterQuality;
        }

        return true;
    }

    private static bool TryParseQuality(ReadOnlySpan<char> value, out decimal quality)
    {
        quality = 0;
        var wellFormed = value.Length is >= 1 and <= 5 && value[0] is '0' or '1' && (value.Length == 1 || value[1] == '.') && value.Length <= 5
            && (value.Length <= 2 || !value[2..].ContainsAnyExceptInRange('0', '9'));
        return wellFormed
            && decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out quality)
            && quality <= 1;
    }

    private static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenCharacters);

    private static bool IsQuoted(ReadOnlySpan<char> text) => text.Length >= 2 && text[0] == '"' && text[^1] == '"';

    // Splits at a separator outside quotes and strips blanks.
    private static bool Take(scoped ref ReadOnlySpan<char> rest, char separator, out ReadOnlySpan<char> part)
    {
        part = default;
        if (rest.IsEmpty) return false;

        var quoted = false;
        var end = 0;
        for (; end < rest.Length; end++)
        {
            if (rest[end] == '"') quoted = !quoted;
            else if (rest[end] == '\\' && quoted) end++;
            else if (rest[end] == separator && !quoted) break;
        }

        part = rest[..Math.Min(end, rest.Length)].Trim(" \t");
        rest = end >= rest.Length ? default : rest[(end + 1)..];
        return true;
    }

    // The quality of one offer: that of the most specific range that matches it.
    private struct Quality(string type, string subtype)
    {
        private int _specificity;

        public decimal Value { get; private set; }

        public void Consider(ReadOnlySpan<char> range, decimal quality)
        {
            var slash = range.IndexOf('/');
            var (rangeType, rangeSubtype) = (range[..slash].ToString(), range[(slash + 1)..].ToString());
            var specificity = rangeType == "*" ? 1
                : !rangeType.Equals(type, StringComparison.OrdinalIgnoreCase) ? 0
                : rangeSubtype == "*" ? 2
                : rangeSubtype.Equals(subtype, StringComparison.OrdinalIgnoreCase) ? 3 : 0;
            if (specificity <= _specificity) return;

            _specificity = specificity;
            Value = quality;
        }
    }
}
