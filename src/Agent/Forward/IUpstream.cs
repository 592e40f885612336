using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Identity;

namespace Firstlight.Agent.Forward;

/// <summary>A signed request → a response. Two kinds ship: the metadata API in this process, and HTTP to any metadata API.</summary>
public interface IUpstream
{
    /// <summary>Sends one request and returns the whole answer.</summary>
    /// <exception cref="UpstreamUnavailableException">Refused, unresolvable, or no connection: the guest sees 503.</exception>
    /// <exception cref="TimeoutException">Connected, but no answer in time: the guest sees 504.</exception>
    ValueTask<UpstreamAnswer> SendAsync(SignedRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Whether it keeps answers in memory: it may then answer at once, and goes on telling what it told before while what it asks is away, so that nobody else
    /// has to remember that.
    /// </summary>
    bool KeepsAnswers => false;

    /// <summary>Answers a request for a document at once, for a caller that must not wait: asks nobody and allocates nothing once the document is rendered.</summary>
    /// <param name="request">The request.</param>
    /// <param name="entry">A document (200), or that there is none (404).</param>
    /// <returns>False where only <see cref="SendAsync"/> can tell.</returns>
    bool TryAnswer(in PromptRequest request, [MaybeNullWhen(false)] out SnapshotEntry entry)
    {
        entry = null;
        return false;
    }
}

/// <summary>A guest's request for a document, in the parts that an answer from memory depends on.</summary>
/// <param name="Method">GET or HEAD.</param>
/// <param name="Target">Raw request target, one that <see cref="Snapshot.TryReadHot"/> reads.</param>
/// <param name="InstanceId">From the port.</param>
/// <param name="ProjectId">From the port.</param>
/// <param name="Signature">Of the instance id.</param>
/// <param name="RequestId">Names the request in logs.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PromptRequest(
    string Method, string Target, InstanceId InstanceId, ProjectId ProjectId, string Signature, RequestId RequestId);

/// <summary>A guest's request as the agent passes it on: only what the protocol has, nothing a guest could forge.</summary>
/// <param name="Method">As the guest sent it.</param>
/// <param name="Target">Raw request target (path and query), unchanged.</param>
/// <param name="ForwardedFor">The peer's address as text, IPv4-mapped form unmapped.</param>
/// <param name="InstanceId">From the port.</param>
/// <param name="ProjectId">From the port.</param>
/// <param name="Signature">Of the instance id.</param>
/// <param name="Body">The body, complete; at most 64 KiB.</param>
/// <param name="HasContentLength">False for a chunked body, which Nova refuses on <c>password</c>.</param>
public sealed record SignedRequest(
    string Method,
    string Target,
    string ForwardedFor,
    InstanceId InstanceId,
    ProjectId ProjectId,
    string Signature,
    ReadOnlyMemory<byte> Body,
    bool HasContentLength)
{
    /// <summary>Names the request in the logs of everything it passes. Default: none.</summary>
    public RequestId RequestId { get; init; }
}

/// <summary>What the metadata API answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">As sent, null for none.</param>
/// <param name="Body">The bytes, never re-encoded. For HEAD empty.</param>
/// <param name="ContentLength">Length to declare: that of the body, for HEAD that of the body a GET would have.</param>
public readonly record struct UpstreamAnswer(int Status, string? ContentType, ReadOnlyMemory<byte> Body, long ContentLength)
{
    /// <summary>Further headers of the answer, as sent and in order; without Content-Type, Content-Length and those of one connection (RFC 9110 §7.6.1). Default: none.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; }
}

/// <summary>The upstream could not be reached at all.</summary>
/// <param name="message">What was tried and what came back, one line.</param>
/// <param name="innerException">The cause.</param>
public sealed class UpstreamUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
