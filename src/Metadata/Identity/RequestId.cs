using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Firstlight.Metadata.Identity;

/// <summary>Names one request in the logs of everything it passes, in OpenStack's form: <c>req-</c> and a UUID. The default value names none.</summary>
/// <remarks>Made from a random seed of this process and a counter, and written as text only when somebody reads it. Unique, not secret.</remarks>
public readonly record struct RequestId : ISpanFormattable
{
    private const string Prefix = "req-";
    private const int UuidLength = 36;
    private const ulong Low62 = ulong.MaxValue >> 2;
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef-");
    private static readonly ulong High = BinaryPrimitives.ReadUInt64BigEndian(RandomNumberGenerator.GetBytes(8));
    private static readonly ulong Low = BinaryPrimitives.ReadUInt64BigEndian(RandomNumberGenerator.GetBytes(8));
    private static ulong _last;
    private readonly Guid _uuid;

    private RequestId(Guid uuid) => _uuid = uuid;

    /// <summary>Whether it names no request.</summary>
    public bool IsNone => _uuid == Guid.Empty;

    /// <summary>A new one.</summary>
    public static RequestId Next()
    {
        // An odd factor visits every number before one comes twice, and spreads neighbours so that two lines of a log are not taken for one.
        var low = (Low + Interlocked.Increment(ref _last) * 0x9E3779B97F4A7C15) & Low62;
        Span<byte> bytes = stackalloc byte[16];
        // Version 4, variant 10: RFC 9562, 4.1 and 5.4.
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (High & ~0xF000UL) | 0x4000UL);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low | 0x8000000000000000UL);
        return new RequestId(new Guid(bytes, bigEndian: true));
    }

    /// <summary>Reads the form that oslo.middleware accepts: lower case, with hyphens, nothing around it.</summary>
    /// <param name="text">Text of a header; null for one that was absent.</param>
    /// <returns>The id; the default value where the text is anything else.</returns>
    public static RequestId Read(string? text) =>
        text is { Length: UuidLength + 4 } && text.StartsWith(Prefix, StringComparison.Ordinal)
        && !text.AsSpan(Prefix.Length).ContainsAnyExcept(Digits) && Guid.TryParseExact(text.AsSpan(Prefix.Length), "D", out var uuid)
            ? new RequestId(uuid)
            : default;

    /// <summary>Such as <c>req-0b1c…</c>; <c>-</c> for none.</summary>
    public override string ToString() => IsNone ? "-" : $"{Prefix}{_uuid:D}";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        IsNone ? destination.TryWrite($"-", out charsWritten) : destination.TryWrite($"{Prefix}{_uuid:D}", out charsWritten);
}
