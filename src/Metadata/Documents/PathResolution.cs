using System.Buffers;
using System.Text;

namespace Firstlight.Metadata.Documents;

/// <summary>Turns a raw request target into the path Nova's metadata API looks up. Pure.</summary>
/// <remarks>
/// Percent escapes are decoded once and must be UTF-8; then runs of slashes collapse, <c>.</c> and empty segments vanish, <c>..</c> goes up but
/// never above the root, a trailing slash is dropped. The query is cut; <c>;parameters</c> and <c>#</c> belong to their segment. Case matters.
/// </remarks>
public static class PathResolution
{
    private static readonly SearchValues<char> NeedsDecoding = SearchValues.Create("%");

    /// <summary>Decodes a target and collapses its slashes: the form in which <c>/healthcheck</c> is recognised.</summary>
    /// <param name="rawTarget">As on the request line, absolute form included. Characters up to U+00FF stand for bytes.</param>
    /// <param name="decoded">Begins with a slash.</param>
    /// <returns>False where Nova crashes: bytes that are not UTF-8, an empty target, <c>*</c>.</returns>
    public static bool TryDecode(ReadOnlySpan<char> rawTarget, out string decoded)
    {
        var query = rawTarget.IndexOf('?');
        var raw = query < 0 ? rawTarget : rawTarget[..query];
        if (raw.StartsWith('/') && Ascii.IsValid(raw) && !raw.ContainsAny(NeedsDecoding) && !raw.Contains("//", StringComparison.Ordinal))
        {
            decoded = raw.ToString();
            return true;
        }

        if (!TryUnescape(raw, out decoded)) return false;

        decoded = WithoutAuthority(decoded);
        if (!decoded.StartsWith('/')) return false;

        decoded = CollapseSlashes(decoded);
        return true;
    }

    /// <summary>Resolves dots and drops the trailing slash.</summary>
    /// <param name="decoded">A path that begins with a slash.</param>
    /// <returns>The same string when nothing in it looks like a dot segment; <c>/</c> for the root.</returns>
    public static string Normalise(string decoded)
    {
        ArgumentNullException.ThrowIfNull(decoded);
        if (IsClean(decoded)) return decoded;

        var rented = ArrayPool<char>.Shared.Rent(decoded.Length + 1);
        try
        {
            var length = 0;
            foreach (var range in decoded.AsSpan().Split('/'))
            {
                var segment = decoded.AsSpan()[range];
                switch (segment)
                {
                    case "" or ".": break;
                    case "..": length = Math.Max(0, rented.AsSpan(0, length).LastIndexOf('/')); break;
                    default:
                        rented[length++] = '/';
                        segment.CopyTo(rented.AsSpan(length));
                        length += segment.Length;
                        break;
                }
            }

            return length == 0 ? "/" : new string(rented, 0, length);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    /// <summary>Decodes and normalises in one step.</summary>
    /// <param name="rawTarget">As on the request line.</param>
    /// <param name="path">The clean path: <c>/</c>, or segments each behind one slash.</param>
    /// <returns>False where <see cref="TryDecode"/> says so.</returns>
    public static bool TryResolve(ReadOnlySpan<char> rawTarget, out string path)
    {
        if (!TryDecode(rawTarget, out path)) return false;
        path = Normalise(path);
        return true;
    }

    private static bool IsClean(string path) =>
        path is "/"
        || (path.StartsWith('/')
            && !path.EndsWith('/')
            && !path.Contains("//", StringComparison.Ordinal)
            && !path.Contains("/.", StringComparison.Ordinal));

    private static bool TryUnescape(ReadOnlySpan<char> raw, out string decoded)
    {
        var rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        try
        {
            var length = 0;
            for (var i = 0; i < raw.Length; i++)
            {
                if (raw[i] == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit(raw[i + 1]) && char.IsAsciiHexDigit(raw[i + 2]))
                {
                    rented[length++] = (byte)((Hex(raw[i + 1]) << 4) | Hex(raw[i + 2]));
                    i += 2;
                }
                else if (raw[i] <= '\xff')
                {
                    rented[length++] = (byte)raw[i];
                }
                else
                {
                    decoded = "";
                    return false;
                }
            }

            var bytes = rented.AsSpan(0, length);
            var valid = System.Text.Unicode.Utf8.IsValid(bytes);
            decoded = valid ? Encoding.UTF8.GetString(bytes) : "";
            return valid;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static int Hex(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static string WithoutAuthority(string target)
    {
        var scheme = target.StartsWith("http://", StringComparison.Ordinal) ? 7 : target.StartsWith("https://", StringComparison.Ordinal) ? 8 : 0;
        if (scheme == 0) return target;

        var slash = target.IndexOf('/', scheme);
        return slash < 0 ? "/" : target[slash..];
    }

    private static string CollapseSlashes(string path)
    {
        if (!path.Contains("//", StringComparison.Ordinal)) return path;

        var collapsed = new StringBuilder(path.Length);
        foreach (var c in path)
        {
            if (c != '/' || collapsed.Length == 0 || collapsed[^1] != '/') collapsed.Append(c);
        }

        return collapsed.ToString();
    }
}
