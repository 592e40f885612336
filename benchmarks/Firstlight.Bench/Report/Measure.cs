using System.Text.Json.Serialization;

namespace Firstlight.Bench.Report;

/// <summary>One way of asking, and how each peer did.</summary>
/// <param name="Name">Short name.</param>
/// <param name="What">What was asked.</param>
/// <param name="Peers">In the order of the command line; ours is called <c>firstlight</c>.</param>
internal sealed record Measure(string Name, string What, IReadOnlyList<PeerResult> Peers)
{
    public const string Ours = "firstlight";

    /// <summary>Ours over each other, within each round and then over the rounds; none where ours was left out.</summary>
    [JsonIgnore]
    public IReadOnlyList<Ratio> Ratios => Peers.FirstOrDefault(p => p.Name == Ours) is { } ours ? [.. Peers.Where(p => p != ours).Select(p => Ratio.Of(ours, p))] : [];

    /// <summary>A peer's rounds; null where it was left out.</summary>
    public PeerResult? Of(string peer) => Peers.FirstOrDefault(p => p.Name == peer);

    /// <summary>Ours over one of them; null where either was left out.</summary>
    public Ratio? Over(string peer) => Ratios.FirstOrDefault(r => r.Other == peer);
}
