namespace Firstlight.Doctor.Documents;

/// <summary>One document, held against what cloud-init accepts.</summary>
/// <param name="hop">The hop.</param>
/// <param name="path">The document below <c>/openstack/latest/</c>.</param>
/// <param name="documents">Where it comes from.</param>
/// <param name="mayBeMissing">Whether an instance may go without.</param>
/// <param name="judge">Judges its bytes. Pure.</param>
/// <param name="cause">Why the API may fail over it, as far as can be seen from here; null for unknown.</param>
internal sealed class DocumentCheck(
    string hop, string path, MetadataDocuments documents, bool mayBeMissing, Func<ReadOnlyMemory<byte>, AskedInstance, DocumentVerdict> judge, Func<string?>? cause = null) : ICheck
{
    public string Hop => hop;

    public IReadOnlyList<string> Needs => [Hops.Signature];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var reply = await documents.GetAsync($"/openstack/latest/{path}", cancellationToken);
        return reply switch
        {
            { Status: 200 } => judge(reply.Body, documents.Instance).At(Hop),
            { Status: 404 } when mayBeMissing => Finding.Right(Hop, "none, which is allowed"),
            { Problem: { } problem } => Finding.Wrong(Hop, $"no answer for {path}", problem, "see the hop upstream"),
            _ => Finding.Wrong(
                Hop, $"{path} answers {reply.Status}", cause?.Invoke() ?? "the metadata API fails over this document", "mend that; the log of the metadata API has the reason too"),
        };
    }
}
