using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Firstlight.Agent.Forward.Upstreams;

namespace Firstlight.Configuration;

/// <summary>Reads a value.</summary>
internal delegate bool TryParseValue<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>A type of option values.</summary>
/// <param name="Name">As the reference page names it.</param>
/// <param name="Allowed">What is allowed, ready for "must be …".</param>
/// <param name="TryParse">Reads a value; false when it is not of the form.</param>
internal sealed record ValueForm<T>(string Name, string Allowed, TryParseValue<T> TryParse);

/// <summary>The forms options have (oslo.config's types, as far as the catalogue needs them).</summary>
internal static class ValueForms
{
    /// <summary>Any text.</summary>
    public static ValueForm<string> Text { get; } = new("string", "any text", (string t, [MaybeNullWhen(false)] out string v) => { v = t; return true; });

    /// <summary>A path; null when empty.</summary>
    public static ValueForm<string?> OptionalPath { get; } = new("path", "a path, or empty for none", (string t, out string? v) =>
    {
        v = t.Length == 0 ? null : t;
        return !t.Contains('\0', StringComparison.Ordinal);
    });

    /// <summary>An absolute path.</summary>
    public static ValueForm<string> AbsolutePath { get; } = new("path", "an absolute path", (string t, [MaybeNullWhen(false)] out string v) =>
    {
        v = t;
        return t.StartsWith('/') && !t.Contains('\0', StringComparison.Ordinal);
    });

    /// <summary>oslo.config's words for true and false, in any case.</summary>
    public static ValueForm<bool> Boolean { get; } = new("boolean", "true, false, yes, no, on, off, 1 or 0", (string t, out bool v) =>
    {
        v = t.ToLowerInvariant() is "true" or "1" or "yes" or "on";
        return v || t.ToLowerInvariant() is "false" or "0" or "no" or "off";
    });

    /// <summary>A host name or an address.</summary>
    public static ValueForm<string> Host { get; } = new("host", "a host name or an IP address without port", (string t, [MaybeNullWhen(false)] out string v) =>
    {
        v = t;
        return IPAddress.TryParse(t, out _) || Uri.CheckHostName(t) == UriHostNameType.Dns;
    });

    /// <summary>Hosts that stand in for one another, each optionally with a port: <c>a, b:8775, [2001:db8::1]:8775</c>.</summary>
    public static ValueForm<string> Hosts { get; } = new("hosts", "host names or IP addresses separated by commas, each with an optional :port (IPv6 then in brackets)",
        (string t, [MaybeNullWhen(false)] out string v) =>
        {
            v = t;
            try
            {
                return UpstreamAddress.ReadList(t, port: 1).Count > 0;
            }
            catch (FormatException)
            {
                return false;
            }
        });

    /// <summary>A number with an optional fraction.</summary>
    public static ValueForm<double> Number(double min, double max) =>
        new("number", string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"), (string t, out double v) =>
            double.TryParse(t, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out v) && v >= min && v <= max);

    /// <summary>An address to listen on.</summary>
    public static ValueForm<IPAddress> Address { get; } = new("address", "an IPv4 or IPv6 address such as 0.0.0.0 or ::1",
        (string t, [MaybeNullWhen(false)] out IPAddress v) => IPAddress.TryParse(t, out v) && LooksWhole(t));

    /// <summary>Address and port, or nothing.</summary>
    public static ValueForm<IPEndPoint?> OptionalEndpoint { get; } = new("address:port", "ADDRESS:PORT such as 127.0.0.1:9775 or [::1]:9775, or empty for none",
        (string t, out IPEndPoint? v) =>
        {
            v = null;
            if (t.Length == 0) return true;
            var colon = t.LastIndexOf(':');
            if (colon <= 0 || !IPEndPoint.TryParse(t, out v)) return false;
            // "::1" alone would be read as an address with port 0, and "1:80" as 0.0.0.1.
            return t[0] == '[' ? t[colon - 1] == ']' && v.Port > 0 : v.Port > 0 && LooksWhole(t[..colon]);
        });

    /// <summary>A TCP port.</summary>
    public static ValueForm<int> Port { get; } = new("port", "a port from 1 to 65535", IntegerIn(1, 65535));

    /// <summary>Comma-separated items; blanks around an item are dropped.</summary>
    public static ValueForm<ImmutableArray<string>> List { get; } = new("list", "items separated by commas", ParseList);

    /// <summary>Items separated by blanks.</summary>
    public static ValueForm<ImmutableArray<string>> Words { get; } = new("words", "items separated by blanks", (string t, out ImmutableArray<string> v) =>
    {
        v = [.. t.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        return true;
    });

    /// <summary>A firewall mark of 16 bits, in hexadecimal or decimal.</summary>
    public static ValueForm<uint> Mark { get; } = new("mark", "a number from 0x1 to 0xffff", (string t, out uint v) =>
        (t.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(t.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out v)
            : uint.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out v)) && v is >= 1 and <= 0xffff);

    /// <summary>Seconds of a DHCP lease; null for -1, which is for ever.</summary>
    public static ValueForm<TimeSpan?> Lease { get; } = new("seconds", "a whole number of seconds from 120 up, or -1 for leases without end",
        (string t, out TimeSpan? v) =>
        {
            v = null;
            if (!int.TryParse(t, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)) return false;
            // dnsmasq itself raises anything below two minutes to two minutes.
            if (seconds == -1) return true;
            v = TimeSpan.FromSeconds(seconds);
            return seconds >= 120;
        });

    /// <summary>A whole number.</summary>
    public static ValueForm<int> Integer(int min, int max = int.MaxValue) =>
        new("integer", max == int.MaxValue ? $"a whole number from {min} up" : $"a whole number from {min} to {max}", IntegerIn(min, max));

    /// <summary>A number of bytes with an optional binary suffix K, M or G.</summary>
    public static ValueForm<long> Bytes(long min) => new("bytes", $"a number of bytes from {min} up, with an optional K, M or G (of 1024)", (string t, out long v) =>
    {
        v = 0;
        if (t.Length == 0) return false;
        var shift = char.ToUpperInvariant(t[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        if (!long.TryParse(shift == 0 ? t : t.AsSpan(0, t.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (number > long.MaxValue >> shift) return false;
        v = number << shift;
        return v >= min;
    });

    /// <summary>Whole seconds.</summary>
    public static ValueForm<TimeSpan> Seconds(int min, int max = 86400 * 365) =>
        new("seconds", $"a whole number of seconds from {min} to {max}", (string t, out TimeSpan v) =>
        {
            var good = IntegerIn(min, max)(t, out var seconds);
            v = TimeSpan.FromSeconds(seconds);
            return good;
        });

    /// <summary>Whole seconds from 1 up; null when empty.</summary>
    public static ValueForm<TimeSpan?> OptionalSeconds { get; } = new("seconds", "a whole number of seconds from 1 up, or empty for the default",
        (string t, out TimeSpan? v) =>
        {
            var good = int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds >= 1;
            v = good ? TimeSpan.FromSeconds(seconds) : null;
            return good || t.Length == 0;
        });

    /// <summary>An address of a web service; null when empty.</summary>
    public static ValueForm<Uri?> OptionalHttpUrl { get; } = new("URL", "an address such as http://controller:9696, or empty for none",
        (string t, out Uri? v) =>
        {
            v = null;
            return t.Length == 0 || (Uri.TryCreate(t, UriKind.Absolute, out v) && v is { Scheme: "http" or "https", Host.Length: > 0 });
        });

    /// <summary>One of a few words, in any case; the value is the word as listed.</summary>
    public static ValueForm<string> Choice(params string[] words) => new("choice", $"one of {string.Join(", ", words)}",
        (string t, [MaybeNullWhen(false)] out string v) => (v = words.FirstOrDefault(w => w.Equals(t, StringComparison.OrdinalIgnoreCase))) is not null);

    /// <summary>One of a few words, in any case, or nothing.</summary>
    public static ValueForm<string> OptionalChoice(params string[] words) => new("choice", $"one of {string.Join(", ", words)}, or empty",
        (string t, [MaybeNullWhen(false)] out string v) =>
            (v = t.Length == 0 ? "" : words.FirstOrDefault(w => w.Equals(t, StringComparison.OrdinalIgnoreCase))) is not null);

    private static TryParseValue<int> IntegerIn(int min, int max) => (string t, out int v) =>
        int.TryParse(t, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out v) && v >= min && v <= max;

    // IPAddress.TryParse takes "10.1" for 10.0.0.1; nobody means that in a file.
    private static bool LooksWhole(string address) => address.Contains(':', StringComparison.Ordinal) || address.Count(c => c == '.') == 3;

    private static bool ParseList(string text, out ImmutableArray<string> items)
    {
        items = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToImmutableArray();
        return true;
    }
}
