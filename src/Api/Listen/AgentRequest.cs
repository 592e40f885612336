using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Firstlight.Api.Listen;

/// <summary>A GET or HEAD exactly as metadata agents send them: no field that they do not send, nothing twice. Anything else is not read here at all.</summary>
/// <remarks>
/// Deliberately knows less than HTTP has: what it does not recognise goes to Kestrel, so that it never has to decide what to make of something odd. Everything it
/// takes, Kestrel takes as well and in the same sense; the differential tests hold it to that.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal ref struct AgentRequest
{
    /// <summary>Longest header; that of an agent has some 400 bytes.</summary>
    public const int MaxHead = 4096;

    private const int LongestPort = 5;
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static c => (byte)c)]);
    private static readonly SearchValues<byte> PlainTarget = SearchValues.Create("/-._0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);
    private static readonly SearchValues<byte> HostName = SearchValues.Create("-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);
    private Fields _seen;

    /// <summary>HEAD, or else GET.</summary>
    public bool IsHead { get; private set; }

    /// <summary>A path of letters, digits and <c>-._/</c>.</summary>
    public ReadOnlySpan<byte> Target { get; private set; }

    /// <summary>Whether the client ends the connection after it.</summary>
    public bool Closes { get; private set; }

    /// <summary><c>X-Instance-ID</c>, as the next four empty where absent: an empty one is not plain.</summary>
    public ReadOnlySpan<byte> InstanceId { get; private set; }

    public ReadOnlySpan<byte> TenantId { get; private set; }

    public ReadOnlySpan<byte> Signature { get; private set; }

    public ReadOnlySpan<byte> ForwardedFor { get; private set; }

    public ReadOnlySpan<byte> RequestId { get; private set; }

    public ReadOnlySpan<byte> Accept { get; private set; }

    /// <summary>Length of it all.</summary>
    public int Length { get; private set; }

    /// <summary>Reads the first request of what was received.</summary>
    /// <param name="received">What was received.</param>
    /// <param name="most">Longest header that is read here.</param>
    /// <param name="request">The request.</param>
    public static bool TryRead(ReadOnlySpan<byte> received, int most, out AgentRequest request)
    {
        request = default;
        var end = received[..Math.Min(received.Length, most)].IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        request.Length = end + 4;
        var head = received[..(end + 2)];
        return request.TryReadLine(TakeLine(ref head)) && request.TryReadFields(head);
    }

    private bool TryReadLine(ReadOnlySpan<byte> line)
    {
        IsHead = line.StartsWith("HEAD /"u8);
        if ((!IsHead && !line.StartsWith("GET /"u8)) || !line.EndsWith(" HTTP/1.1"u8)) return false;
        var start = IsHead ? "HEAD ".Length : "GET ".Length;
        if (line.Length <= start + " HTTP/1.1".Length) return false;
        Target = line[start..^" HTTP/1.1".Length];
        return !Target.ContainsAnyExcept(PlainTarget);
    }

    private bool TryReadFields(ReadOnlySpan<byte> head)
    {
        while (!head.IsEmpty)
        {
            var line = TakeLine(ref head);
            var colon = line.IndexOf((byte)':');
            if (colon <= 0) return false;
            var value = line[(colon + 1)..].Trim((byte)' ');
            var field = FieldOf(line[..colon]);
            if (value.IsEmpty || value.ContainsAnyExcept(Plain) || field == Fields.None || (_seen & field) != Fields.None) return false;
            _seen |= field;
            switch (field)
            {
                case Fields.Host when !IsCommonHost(value): return false;
                case Fields.Connection when !TryReadConnection(value): return false;
                case Fields.InstanceId: InstanceId = value; break;
                case Fields.TenantId: TenantId = value; break;
                case Fields.Signature: Signature = value; break;
                case Fields.ForwardedFor: ForwardedFor = value; break;
                case Fields.RequestId: RequestId = value; break;
                case Fields.Accept: Accept = value; break;
            }
        }

        return (_seen & Fields.Host) != Fields.None;
    }

    private bool TryReadConnection(ReadOnlySpan<byte> value)
    {
        Closes = Ascii.EqualsIgnoreCase(value, "close"u8);
        return Closes || Ascii.EqualsIgnoreCase(value, "keep-alive"u8);
    }

    private static Fields FieldOf(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 when Ascii.EqualsIgnoreCase(name, "Host"u8) => Fields.Host,
        6 when Ascii.EqualsIgnoreCase(name, "Accept"u8) => Fields.Accept,
        10 when Ascii.EqualsIgnoreCase(name, "Connection"u8) => Fields.Connection,
        10 when Ascii.EqualsIgnoreCase(name, "User-Agent"u8) => Fields.UserAgent,
        11 when Ascii.EqualsIgnoreCase(name, "X-Tenant-ID"u8) => Fields.TenantId,
        13 when Ascii.EqualsIgnoreCase(name, "X-Instance-ID"u8) => Fields.InstanceId,
        15 when Ascii.EqualsIgnoreCase(name, "X-Forwarded-For"u8) => Fields.ForwardedFor,
        15 when Ascii.EqualsIgnoreCase(name, "Accept-Encoding"u8) => Fields.AcceptEncoding,
        22 when Ascii.EqualsIgnoreCase(name, "X-OpenStack-Request-ID"u8) => Fields.RequestId,
        23 when Ascii.EqualsIgnoreCase(name, "X-Instance-ID-Signature"u8) => Fields.Signature,
        _ => Fields.None,
    };

    // A name or an IPv4 address, with or without a port.
    private static bool IsCommonHost(ReadOnlySpan<byte> value)
    {
        var colon = value.IndexOf((byte)':');
        if (colon >= 0)
        {
            var port = value[(colon + 1)..];
            if (port.Length is 0 or > LongestPort || port.ContainsAnyExcept(Digits)) return false;
            value = value[..colon];
        }

        return !value.IsEmpty && !value.ContainsAnyExcept(HostName);
    }

    // Ends with CR LF, as all lines do; a CR or LF elsewhere is found in the value that has it.
    private static ReadOnlySpan<byte> TakeLine(scoped ref ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf("\r\n"u8);
        var line = head[..end];
        head = head[(end + 2)..];
        return line;
    }

    [Flags]
    private enum Fields
    {
        None = 0,
        Host = 1,
        Connection = 1 << 1,
        Accept = 1 << 2,
        AcceptEncoding = 1 << 3,
        UserAgent = 1 << 4,
        InstanceId = 1 << 5,
        TenantId = 1 << 6,
        Signature = 1 << 7,
        ForwardedFor = 1 << 8,
        RequestId = 1 << 9,
    }
}
