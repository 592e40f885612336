using System.Runtime.InteropServices;

namespace Firstlight.Api;

/// <summary>A complete answer. Bodies of documents are shared, cached bytes: never write to them.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Null for none (an answer to OPTIONS that CORS emptied).</param>
/// <param name="Body">What GET sends; for HEAD the length is declared and the body withheld by the writer.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MetadataAnswer(int Status, string? ContentType, ReadOnlyMemory<byte> Body)
{
    /// <summary><c>Retry-After</c> in seconds, null for none. Set with 503.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Whether the connection is closed after the answer, as Nova does when it crashes.</summary>
    public bool Close { get; init; }
}
