using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Firstlight.Api.Listen;

/// <summary>Status line and fields of an answer as Kestrel writes them: the same fields in the same order.</summary>
internal ref struct AnswerHead(Span<byte> to)
{
    /// <summary>More than any has.</summary>
    public const int Most = 512;

    private const int DateLength = 29;
    private static DatedSecond _date = new(0, new byte[DateLength]);
    private readonly Span<byte> _to = to;

    public int Length { get; private set; }

    /// <summary>Writes it all, with the empty line at its end.</summary>
    public void Write(int status, string? contentType, int? contentLength, int? retryAfterSeconds, bool closes, TimeProvider time)
    {
        if (status == 200) Append("HTTP/1.1 200 OK"u8);
        else AppendOther(status);
        if (contentLength is { } length)
        {
            Append("\r\nContent-Length: "u8);
            Append(length);
        }

        if (closes) Append("\r\nConnection: close"u8);
        if (contentType is not null)
        {
            Append("\r\nContent-Type: "u8);
            Append(contentType);
        }

        Append("\r\nDate: "u8);
        Append(DateOf(time.GetUtcNow()));
        if (retryAfterSeconds is { } seconds)
        {
            Append("\r\nRetry-After: "u8);
            Append(seconds);
        }

        Append("\r\n\r\n"u8);
    }

    private void AppendOther(int status)
    {
        Append("HTTP/1.1 "u8);
        Append(status);
        Append(" "u8);
        Append(ReasonPhrases.GetReasonPhrase(status));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_to[Length..]);
        Length += bytes.Length;
    }

    private void Append(string text) => Length += Encoding.ASCII.GetBytes(text, _to[Length..]);

    private void Append(int number)
    {
        number.TryFormat(_to[Length..], out var written, provider: CultureInfo.InvariantCulture);
        Length += written;
    }

    private static byte[] DateOf(DateTimeOffset now)
    {
        var second = now.Ticks / TimeSpan.TicksPerSecond;
        if (_date.Second == second) return _date.Text;

        // Whoever comes second writes the same.
        var text = new byte[DateLength];
        now.TryFormat(text, out _, "R", CultureInfo.InvariantCulture);
        _date = new DatedSecond(second, text);
        return text;
    }

    private sealed record DatedSecond(long Second, byte[] Text);
}
