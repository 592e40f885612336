using System.Net;
using Firstlight.Metadata.Identity;

namespace Firstlight.Api;

/// <summary>What the metadata API needs of a request, wherever it came from: a socket on 8775 or the agent in the same process.</summary>
/// <remarks>A null header was absent; an empty one was sent empty. That difference decides between 400 and 403.</remarks>
public sealed record MetadataRequest
{
    /// <summary>Method as sent; it matters for <c>password</c>, <c>HEAD</c> and <c>OPTIONS</c> only.</summary>
    public required string Method { get; init; }

    /// <summary>Raw request target: path still percent-encoded, query included.</summary>
    public required string Target { get; init; }

    /// <summary><c>X-Instance-ID</c>; repeated headers joined by a comma.</summary>
    public string? InstanceId { get; init; }

    /// <summary><c>X-Instance-ID-Signature</c>.</summary>
    public string? Signature { get; init; }

    /// <summary><c>X-Tenant-ID</c>.</summary>
    public string? TenantId { get; init; }

    /// <summary><c>X-Forwarded-For</c>, the whole value: the last resort for <c>local-ipv4</c>.</summary>
    public string? ForwardedFor { get; init; }

    /// <summary><c>Forwarded</c> (RFC 7239): what a proxy tells of the peer, used only where the options say so.</summary>
    public string? Forwarded { get; init; }

    /// <summary><c>X-Metadata-Provider</c>: a load balancer that knows addresses only; null or empty behind an agent.</summary>
    public string? MetadataProvider { get; init; }

    /// <summary><c>X-Metadata-Provider-Signature</c>.</summary>
    public string? MetadataProviderSignature { get; init; }

    /// <summary><c>X-OpenStack-Request-ID</c>, for logs alone: what the agent calls this request. Default: none.</summary>
    public RequestId RequestId { get; init; }

    /// <summary><c>Accept</c>: chooses the form of error bodies.</summary>
    public string? Accept { get; init; }

    /// <summary>TCP peer: for logs, and who asks where no proxy says so.</summary>
    public IPAddress? Peer { get; init; }

    /// <summary><c>Content-Length</c> as declared; null when absent (chunked or no body).</summary>
    public long? ContentLength { get; init; }

    /// <summary>The body, read only by POST to <c>password</c>.</summary>
    public Stream Body { get; init; } = Stream.Null;
}
