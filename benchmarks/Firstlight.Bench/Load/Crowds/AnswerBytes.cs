using System.Buffers.Text;
using System.Text;

namespace Firstlight.Bench.Load.Crowds;

/// <summary>The bytes of one answer as they come in.</summary>
internal sealed class AnswerBytes
{
    private byte[] _bytes = new byte[4096];
    private int _count;

    // -1 until the header is there.
    private int _bodyAt = -1;
    private int _length = -1;

    /// <summary>Room for more.</summary>
    public Span<byte> Room
    {
        get
        {
            if (_count == _bytes.Length) Array.Resize(ref _bytes, _bytes.Length * 2);
            return _bytes.AsSpan(_count);
        }
    }

    public int Status { get; private set; }

    public ReadOnlySpan<byte> Body => _bodyAt < 0 ? [] : _bytes.AsSpan(_bodyAt, _count - _bodyAt);

    /// <summary>The header says how long the body is, and it is all there.</summary>
    public bool IsComplete => _bodyAt >= 0 && _length >= 0 && _count - _bodyAt >= _length;

    /// <summary>It is complete if the server closes now: a header, and no length that was not reached.</summary>
    public bool IsCompleteAtEnd => _bodyAt >= 0 && (_length < 0 || IsComplete);

    public void Clear() => (_count, _bodyAt, _length, Status) = (0, -1, -1, 0);

    /// <summary>Takes notice of bytes written to <see cref="Room"/>.</summary>
    public void Add(int count)
    {
        _count += count;
        if (_bodyAt >= 0) return;
        var text = _bytes.AsSpan(0, _count);
        var end = text.IndexOf("\r\n\r\n"u8);
        if (end < 0 || text.Length < 12) return;
        _bodyAt = end + 4;
        Status = Utf8Parser.TryParse(text.Slice(9, 3), out int status, out _) ? status : 0;
        var header = text[..(end + 2)];
        var at = LengthAt(header);
        if (at > 0 && Utf8Parser.TryParse(header[at..], out int length, out _)) _length = length;
    }

    // Where the value of Content-Length begins; 0 where there is none.
    private static int LengthAt(ReadOnlySpan<byte> header)
    {
        for (var line = header.IndexOf("\r\n"u8); line >= 0 && line + 2 < header.Length;)
        {
            var rest = header[(line + 2)..];
            var name = "content-length:"u8;
            if (rest.Length > name.Length && Ascii.EqualsIgnoreCase(rest[..name.Length], name))
            {
                var at = line + 2 + name.Length;
                while (at < header.Length && header[at] == ' ') at++;
                return at;
            }

            var next = rest.IndexOf("\r\n"u8);
            if (next < 0) break;
            line += 2 + next;
        }

        return 0;
    }
}
