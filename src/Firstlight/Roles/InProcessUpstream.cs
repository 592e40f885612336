using System.Diagnostics.CodeAnalysis;
using Firstlight.Agent.Forward;
using Firstlight.Api;
using Firstlight.Metadata.Documents;

namespace Firstlight.Roles;

/// <summary>The metadata API in this process as the agent's upstream: same verification, same answers, no socket between.</summary>
/// <param name="api">The API.</param>
internal sealed class InProcessUpstream(MetadataApi api) : IUpstream
{
    /// <inheritdoc/>
    public ValueTask<UpstreamAnswer> SendAsync(SignedRequest request, CancellationToken cancellationToken)
    {
        var answer = api.AnswerAsync(ToApi(request), cancellationToken);
        return answer.IsCompletedSuccessfully
            ? new ValueTask<UpstreamAnswer>(FromApi(request, answer.Result))
            : WaitAsync(request, answer);
    }

    /// <inheritdoc/>
    public bool KeepsAnswers => true;

    /// <inheritdoc/>
    public bool TryAnswer(in PromptRequest request, [MaybeNullWhen(false)] out SnapshotEntry entry) => api.TryAnswer(
        new DocumentRequest(request.Method, request.Target, request.InstanceId.Value, request.ProjectId.Value, request.Signature, request.RequestId), out entry);

    private static async ValueTask<UpstreamAnswer> WaitAsync(SignedRequest request, ValueTask<MetadataAnswer> answer) =>
        FromApi(request, await answer);

    // The agent sends no Accept of the guest's, and its HTTP client would send */*: so error bodies are HTML, as behind Neutron.
    private static MetadataRequest ToApi(SignedRequest request) => new()
    {
        Method = request.Method,
        Target = request.Target,
        InstanceId = request.InstanceId.Value,
        Signature = request.Signature,
        TenantId = request.ProjectId.Value,
        ForwardedFor = request.ForwardedFor,
        RequestId = request.RequestId,
        Accept = "*/*",
        ContentLength = request.HasContentLength ? request.Body.Length : null,
        Body = request.Body.IsEmpty ? Stream.Null : new MemoryStream(request.Body.ToArray(), writable: false),
    };

    private static UpstreamAnswer FromApi(SignedRequest request, MetadataAnswer answer)
    {
        // "Come back soon" means that the store is away: the agent then has its last good answer, or waits a little.
        if (answer.RetryAfterSeconds is not null) throw new UpstreamUnavailableException("the store behind the metadata API cannot be asked now");
        return request.Method == "HEAD"
            ? new UpstreamAnswer(answer.Status, answer.ContentType, ReadOnlyMemory<byte>.Empty, answer.Body.Length)
            : new UpstreamAnswer(answer.Status, answer.ContentType, answer.Body, answer.Body.Length);
    }
}
