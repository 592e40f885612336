using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;

namespace Firstlight.Agent.Forward;

/// <summary>Which headers of the upstream reach a guest: all but those of one connection, those this server writes itself, and what cannot be sent.</summary>
internal static class PassedHeaders
{
    private static readonly FrozenSet<string> Own = FrozenSet.ToFrozenSet(
        [
            "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
            "Content-Length", "Content-Type", "Date", "Server",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Adds them, repeated ones as often as they came.</summary>
    public static void CopyTo(IHeaderDictionary headers, ImmutableArray<KeyValuePair<string, string>> passed)
    {
        foreach (var (name, value) in passed)
        {
            if (!Own.Contains(name) && CanBeSent(name, value)) headers.Append(name, value);
        }
    }

    private static bool CanBeSent(string name, string value) =>
        name.Length > 0 && !name.AsSpan().ContainsAnyExcept(Token) && !value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
