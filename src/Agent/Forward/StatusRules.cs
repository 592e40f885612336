using Firstlight.Metadata.Documents;

namespace Firstlight.Agent.Forward;

/// <summary>What a guest gets of an upstream's answer, by the release of Neutron whose metadata agent is stood in for.</summary>
/// <remarks>
/// From 26 (2025.1) on the statuses of the protocol pass with body and headers, and a status it does not have makes the guest's proxy say 502. Before, a guest
/// got a document with its content type alone, errors in the agent's words, and 500 for anything unexpected; gateway errors pass since 25.
/// </remarks>
internal sealed class StatusRules(int release)
{
    private readonly bool _passesAll = release >= 26;
    private readonly bool _knowsGatewayErrors = release >= 25;

    /// <summary>Whether the protocol has this status.</summary>
    public static bool IsExpected(int status) => status is 200 or 400 or 403 or 404 or 409 or 500 or 502 or 503 or 504;

    /// <summary>Makes the guest's answer.</summary>
    /// <param name="method">The guest's.</param>
    /// <param name="answer">The upstream's.</param>
    /// <param name="outcome">For the counters.</param>
    public GuestAnswer Apply(string method, in UpstreamAnswer answer, GuestOutcome outcome)
    {
        if (answer.Status == 404) return ErrorPages.NotFound(method, outcome);
        if (!IsExpected(answer.Status)) return _passesAll ? ErrorPages.BadGateway(method) : ErrorPages.Error(method);
        if (_passesAll)
            return new(answer.Status, answer.ContentType, answer.Body, answer.ContentLength, outcome) { Headers = answer.Headers };
        if (answer.Status is 502 or 503 or 504 && !_knowsGatewayErrors) return ErrorPages.Error(method);
        if (answer.Status != 200) return ErrorPages.InOwnWords(answer.Status, method, outcome);

        // That agent could not make an answer without a type, and saw no length in the answer to HEAD.
        return answer.ContentType is { } contentType
            ? new(200, WithCharset(contentType), answer.Body, answer.Body.Length, outcome)
            : ErrorPages.Error(method);
    }

    /// <summary>The same for a document from memory.</summary>
    public GuestAnswer Apply(string method, SnapshotEntry document, GuestOutcome outcome)
    {
        var contentType = _passesAll ? document.ContentType : WithCharset(document.ContentType);
        var length = _passesAll || method != "HEAD" ? document.Length : 0;
        return new(200, contentType, default, length, outcome) { Document = document };
    }

    private static string WithCharset(string contentType) =>
        contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) && !contentType.Contains("charset=", StringComparison.OrdinalIgnoreCase)
            ? contentType + "; charset=UTF-8"
            : contentType;
}
