namespace Firstlight.Doctor.Checks;

/// <summary>The metadata API: there, and how fast.</summary>
internal sealed class UpstreamCheck(IReadOnlyList<MetadataQuestions> apis, Func<AskedInstance> asked) : ICheck
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    public string Hop => Hops.Upstream;

    public IReadOnlyList<string> Needs => [];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var instance = asked();

        // The list of EC2 versions is the same for everybody and needs no signature.
        var replies = await Task.WhenAll(apis.Select(async api => (Api: api, Reply: await api.AskAsync(instance, "/", cancellationToken))));
        var dead = replies.Where(r => r.Reply.Problem is not null || r.Reply.Status >= 500).ToList();
        var seen = string.Join("; ", replies.Select(r => $"{r.Api.Address} {Say(r.Reply)}"));
        var why = dead.Count > 0 ? dead[0].Reply.Problem ?? $"it answers {dead[0].Reply.Status}" : "";
        if (dead.Count == replies.Length)
            return Finding.Wrong(Hop, seen, why, "start the metadata API, or correct nova_metadata_host, _port and _protocol: they say where it is");
        if (dead.Count > 0)
            return Finding.Odd(Hop, seen, $"{why}; the others stand in for it", "start it again");
        return replies.Max(r => r.Reply.Took) < Slow
            ? Finding.Right(Hop, seen)
            : Finding.Odd(Hop, seen, "an answer takes over a second, and a guest that boots asks about 28 times", "see what it waits for: its databases, or the load of its host");
    }

    private static string Say(MetadataReply reply) => reply.Problem is null ? $"answers {reply.Status} in {reply.Took.TotalMilliseconds:0} ms" : "does not answer";
}
