using System.Globalization;
using Firstlight.Bench.OpenStack;

namespace Firstlight.Bench;

/// <summary>What the command line asks for.</summary>
/// <param name="Root">The checkout.</param>
/// <param name="Scenario">The scenario: <c>path</c>, <c>nova</c> or <c>agent</c>.</param>
/// <param name="Rounds">Rounds; each measures every peer once.</param>
/// <param name="Seconds">Length of one measurement.</param>
/// <param name="WarmUpSeconds">Load given to each peer before the first round, so that compilers and caches have settled.</param>
/// <param name="Quick">A short run whose figures are for no record: nothing is written under <c>benchmarks/</c>.</param>
/// <param name="Peers">Peers to measure, in the order of the first round.</param>
internal sealed record BenchOptions(
    string Root, string Scenario, int Rounds, int Seconds, int WarmUpSeconds, bool Quick, IReadOnlyList<string> Peers)
{
    /// <summary>Connections open at a time in scenario <c>path</c>.</summary>
    public const int Connections = 64;

    /// <summary>A run with all peers and of full length, whose figures are kept.</summary>
    public bool ForTheRecord => !Quick && Peers.Count == AllPeers(Scenario).Count;

    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        string? root = null, scenario = null;
        int? rounds = null;
        var quick = false;
        IReadOnlyList<string>? peers = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--quick":
                    quick = true;
                    break;
                case "--rounds":
                    rounds = int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
                        ? n
                        : throw new BenchException("--rounds wants a number above 0");
                    break;
                case "--peers":
                    peers = Value().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                    break;
                case "--root":
                    root = Value();
                    break;
                case "path" or "nova" or "agent" when scenario is null:
                    scenario = arguments[i];
                    break;
                default:
                    throw new BenchException($"unknown argument {arguments[i]} (there are path, nova, agent, --quick, --rounds N, --peers A,B)");
            }

            string Value() => ++i < arguments.Count ? arguments[i] : throw new BenchException($"{arguments[i - 1]} wants a value");
        }

        return new(
            root ?? throw new BenchException("--root is missing: start ./bench"),
            scenario ?? "path",
            rounds ?? (scenario, quick) switch { ("agent", true) => 2, ("agent", false) => 5, (_, true) => 3, _ => 7 },
            quick ? 1 : 5,
            quick ? 2 : 8,
            quick,
            peers ?? AllPeers(scenario ?? "path"));
    }

    private static IReadOnlyList<string> AllPeers(string scenario) => scenario switch
    {
        "nova" => ["firstlight", "nova"],
        "agent" => MetadataPaths.Names,
        _ => ["firstlight", "nginx", "haproxy"],
    };
}
