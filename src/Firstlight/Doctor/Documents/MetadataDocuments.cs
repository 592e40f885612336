using System.Text;

namespace Firstlight.Doctor.Documents;

/// <summary>The documents of one instance, each asked for once.</summary>
internal sealed class MetadataDocuments(IReadOnlyList<MetadataQuestions> apis, Func<AskedInstance> asked)
{
    private readonly Dictionary<string, MetadataReply> _known = new(StringComparer.Ordinal);

    /// <summary>Whom they are of.</summary>
    public AskedInstance Instance => asked();

    /// <summary>One document, from the first API that answers.</summary>
    public async Task<MetadataReply> GetAsync(string target, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(target, out var known)) return known;
        MetadataReply reply = default;
        foreach (var api in apis)
        {
            reply = await api.AskAsync(asked(), target, cancellationToken);
            if (reply.Problem is null) break;
        }

        return _known[target] = reply;
    }

    /// <summary>The lines of a listing; null when it does not answer 200.</summary>
    public async Task<IReadOnlyList<string>?> ListAsync(string target, CancellationToken cancellationToken)
    {
        var reply = await GetAsync(target, cancellationToken);
        return reply.Status == 200 ? Encoding.UTF8.GetString(reply.Body.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries) : null;
    }
}
