using System.Diagnostics;
using System.Globalization;
using System.Text;
using Firstlight.Agent.Forward;

namespace Firstlight.Agent.Guests;

/// <summary>Answers as bytes, one behind the other, as Kestrel writes them: the same fields in the same order. Belongs to one thread.</summary>
internal sealed class AnswerBuffer(TimeProvider time)
{
    private const int FirstCapacity = 32 * 1024;

    // What a few large documents made of it is given back.
    private const int LargestKept = 256 * 1024;

    // Status line and all fields together are far below.
    private const int MostOfHead = 512;

    private byte[] _bytes = new byte[FirstCapacity];
    private int _length;
    private readonly byte[] _date = "\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT"u8.ToArray();
    private long _dateSecond;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear()
    {
        _length = 0;
        if (_bytes.Length > LargestKept) _bytes = new byte[FirstCapacity];
    }

    /// <summary>Appends an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="request">What it answers: it decides whether there is a body, which form a page has, and whether the connection ends.</param>
    public void Append(in GuestAnswer answer, in PlainRequest request)
    {
        var (contentType, body, length) = (answer.ContentType, answer.Body, answer.ContentLength);
        if (answer.Page is { } page)
        {
            (contentType, body) = page.For(request.HasAccept ? "*/*" : null);
            length = body.Length;
        }

        Reserve(MostOfHead + (int)Math.Max(length, body.Length));
        Append(StatusLine(answer.Status));
        Append("\r\nContent-Length: "u8);
        Append(length);
        if (request.Closes) Append("\r\nConnection: close"u8);
        if (contentType is not null)
        {
            Append("\r\nContent-Type: "u8);
            Append(contentType);
        }

        AppendDate();
        foreach (var (name, value) in answer.Headers.IsDefault ? [] : answer.Headers)
        {
            Append("\r\n"u8);
            Append(name);
            Append(": "u8);
            Append(value);
        }

        Append("\r\n\r\n"u8);
        if (answer.Document is { } document && !request.IsHead)
        {
            document.CopyTo(_bytes.AsSpan(_length));
            _length += document.Length;
        }
        else
        {
            Append(body.Span);
        }
    }

    private static ReadOnlySpan<byte> StatusLine(int status) => status switch
    {
        200 => "HTTP/1.1 200 OK"u8,
        404 => "HTTP/1.1 404 Not Found"u8,
        429 => "HTTP/1.1 429 Too Many Requests"u8,
        _ => throw new UnreachableException($"status {status} is not given from memory"),
    };

    private void Reserve(int more)
    {
        if (_length + more > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Append(string text) => _length += Encoding.ASCII.GetBytes(text, _bytes.AsSpan(_length));

    private void Append(long number)
    {
        number.TryFormat(_bytes.AsSpan(_length), out var written, provider: CultureInfo.InvariantCulture);
        _length += written;
    }

    private void AppendDate()
    {
        var now = time.GetUtcNow();
        var second = now.Ticks / TimeSpan.TicksPerSecond;
        if (second != _dateSecond)
        {
            now.TryFormat(_date.AsSpan("\r\nDate: ".Length), out _, "R", CultureInfo.InvariantCulture);
            _dateSecond = second;
        }

        Append(_date);
    }
}
