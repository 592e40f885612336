using System.Buffers;
using System.Text;

namespace Firstlight.Agent.Guests;

/// <summary>A request exactly as common clients send it. Anything else is not read here at all, whether it is a request or not.</summary>
/// <remarks>
/// Deliberately knows less than HTTP has: what it does not recognise goes to Kestrel, so that it never has to decide what to make of something odd. Everything it
/// takes, Kestrel takes as well and in the same sense; the differential tests hold it to that.
/// </remarks>
internal ref struct PlainRequest
{
    // A client's header has some 200 bytes. Kestrel counts up to 100 fields.
    private const int MaxHead = 4096;
    private const int MaxFields = 64;
    private const int LongestPort = 5;

    private static readonly SearchValues<byte> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);
    private static readonly SearchValues<byte> Value = SearchValues.Create([.. "\t"u8, .. Enumerable.Range(' ', '~' - ' ' + 1).Select(static c => (byte)c)]);
    private static readonly SearchValues<byte> Name = SearchValues.Create("-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);
    private static readonly SearchValues<byte> Literal = SearchValues.Create(":.0123456789abcdefABCDEF"u8);
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    /// <summary>HEAD, or else GET.</summary>
    public bool IsHead { get; private set; }

    /// <summary>What stands between method and version: whatever that is, without spaces.</summary>
    public ReadOnlySpan<byte> Target { get; private set; }

    /// <summary>Whether the client ends the connection after it.</summary>
    public bool Closes { get; private set; }

    /// <summary>Whether there is an <c>Accept</c>; it is then <c>*/*</c>.</summary>
    public bool HasAccept { get; private set; }

    /// <summary>Length of it all.</summary>
    public int Length { get; private set; }

    /// <summary>Reads the first request of what was received.</summary>
    public static bool TryRead(ReadOnlySpan<byte> received, out PlainRequest request)
    {
        request = default;
        var end = received[..Math.Min(received.Length, MaxHead)].IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        request.Length = end + 4;
        var head = received[..(end + 2)];
        return TakeLine(ref head, out var line) && request.TryReadLine(line) && request.TryReadFields(head);
    }

    private bool TryReadLine(ReadOnlySpan<byte> line)
    {
        IsHead = line.StartsWith("HEAD /"u8);
        if (!IsHead && !line.StartsWith("GET /"u8)) return false;
        var rest = line[(IsHead ? 5 : 4)..];
        var space = rest.IndexOf((byte)' ');
        if (space < 0 || !rest[space..].SequenceEqual(" HTTP/1.1"u8)) return false;
        Target = rest[..space];
        return true;
    }

    private bool TryReadFields(ReadOnlySpan<byte> head)
    {
        var hosts = 0;
        var connections = 0;
        for (var fields = 0; !head.IsEmpty; fields++)
        {
            if (fields == MaxFields || !TakeLine(ref head, out var line)) return false;
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[..colon].ContainsAnyExcept(Token)) return false;
            var value = line[(colon + 1)..];
            if (value.ContainsAnyExcept(Value)) return false;
            value = value.Trim(" \t"u8);
            var isPlain = FieldOf(line[..colon]) switch
            {
                Field.Host => ++hosts == 1 && IsCommonHost(value),
                Field.Connection => ++connections == 1 && TryReadConnection(value),
                Field.Accept => !HasAccept && (HasAccept = value.SequenceEqual("*/*"u8)),
                Field.Other => true,
                _ => false,
            };
            if (!isPlain) return false;
        }

        return hosts == 1;
    }

    private bool TryReadConnection(ReadOnlySpan<byte> value)
    {
        Closes = Ascii.EqualsIgnoreCase(value, "close"u8);
        return Closes || Ascii.EqualsIgnoreCase(value, "keep-alive"u8);
    }

    private static Field FieldOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 when Ascii.EqualsIgnoreCase(name, "Host"u8) => Field.Host,
        6 when Ascii.EqualsIgnoreCase(name, "Accept"u8) => Field.Accept,
        6 when Ascii.EqualsIgnoreCase(name, "Expect"u8) => Field.Framing,
        7 when Ascii.EqualsIgnoreCase(name, "Upgrade"u8) || Ascii.EqualsIgnoreCase(name, "Trailer"u8) => Field.Framing,
        10 when Ascii.EqualsIgnoreCase(name, "Connection"u8) => Field.Connection,
        14 when Ascii.EqualsIgnoreCase(name, "Content-Length"u8) => Field.Framing,
        17 when Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8) => Field.Framing,
        _ => Field.Other,
    };

    // A name, an IPv4 address or a bracketed IPv6 address without a zone, with or without a port.
    private static bool IsCommonHost(ReadOnlySpan<byte> value)
    {
        var isLiteral = value.StartsWith((byte)'[');
        var end = isLiteral ? value.IndexOf((byte)']') + 1 : value.IndexOf((byte)':');
        if (end < 0) end = value.Length;
        var host = value[..end];
        var port = value[end..];
        var isHost = isLiteral ? host.Length > 4 && !host[1..^1].ContainsAnyExcept(Literal) : host.Length > 0 && !host.ContainsAnyExcept(Name);
        return isHost && (port.IsEmpty || (port[0] == ':' && port.Length is > 1 and <= LongestPort + 1 && !port[1..].ContainsAnyExcept(Digits)));
    }

    // Ends with CR LF, as all lines do; a CR or LF elsewhere is found in the value that has it.
    private static bool TakeLine(scoped ref ReadOnlySpan<byte> head, out ReadOnlySpan<byte> line)
    {
        var end = head.IndexOf("\r\n"u8);
        line = head[..Math.Max(end, 0)];
        head = head[(end + 2)..];
        return end >= 0;
    }

    private enum Field
    {
        Other,
        Host,
        Connection,
        Accept,

        /// <summary>Says that something follows the header, or changes what follows.</summary>
        Framing,
    }
}
