namespace Firstlight.Doctor.Checks;

/// <summary>The rules of a router's namespace that turn metadata packets to the listener.</summary>
internal sealed class RulesCheck(OwnCase on) : ICheck
{
    private const string Table = "inet firstlight";
    private const string Restore = "start the host agent; a running one puts its table back at its next turn";

    public string Hop => Hops.Rules;

    public IReadOnlyList<string> Needs => [Hops.Namespace];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var way = on.Way;
        if (!way.IsRouted) return Finding.NotLookedAt(Hop, "a DHCP namespace needs none");
        if (await on.Host.RulesAsync(way.Namespace, Table, cancellationToken) is not { } rules)
            return Finding.Wrong(Hop, $"table {Table} is missing in {way.Namespace}", "packets for the metadata address are not turned to the listener", Restore);
        return Judge(rules, $"{way.Asked}", way.Listener.Port) is var (missing, why)
            ? Finding.Wrong(Hop, $"{missing} is missing in table {Table} of {way.Namespace}", why, Restore)
            : Finding.Right(Hop, $"{way.Asked} port 80 is marked, turned to port {way.Listener.Port} and let in");
    }

    /// <summary>What a listing of the table lacks; null for nothing. Pure.</summary>
    internal static (string Missing, string Why)? Judge(string rules, string asked, int port)
    {
        var lines = rules.Split('\n', StringSplitOptions.TrimEntries).ToList();
        var ours = lines.Where(l => l.Contains($"{asked} ", StringComparison.Ordinal)).ToList();
        if (!ours.Exists(l => l.EndsWith($"redirect to :{port}", StringComparison.Ordinal)))
            return ($"the redirect of {asked} to port {port}", "the guest's packets are not turned to the listener");
        if (!ours.Exists(l => l.Contains("mark set", StringComparison.Ordinal)))
            return ($"the mark on packets for {asked}", "without it they are not let in to the listener");
        return lines.Exists(l => l.Contains("mark", StringComparison.Ordinal) && l.EndsWith("accept", StringComparison.Ordinal))
            ? null
            : ("the rule that lets marked packets in", "the listener's port is shut to everybody");
    }
}
