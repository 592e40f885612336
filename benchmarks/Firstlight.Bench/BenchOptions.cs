using System.Globalization;

namespace Firstlight.Bench;

/// <summary>What the command line asks for.</summary>
/// <param name="Root">The checkout.</param>
/// <param name="Scenario">The scenario; <c>path</c> is the only one so far.</param>
/// <param name="Rounds">Rounds; each measures every peer once.</param>
/// <param name="Seconds">Length of one measurement.</param>
/// <param name="WarmUpSeconds">Load given to each peer before the first round, so that compilers and caches have settled.</param>
/// <param name="Quick">A short run whose figures are for no record: nothing is written under <c>benchmarks/</c>.</param>
/// <param name="Peers">Peers to measure, in the order of the first round.</param>
internal sealed record BenchOptions(
    string Root, string Scenario, int Rounds, int Seconds, int WarmUpSeconds, bool Quick, IReadOnlyList<string> Peers)
{
    /// <summary>Connections open at a time.</summary>
    public const int Connections = 64;

    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        string? root = null, scenario = null;
        int? rounds = null;
        var quick = false;
        IReadOnlyList<string> peers = ["firstlight", "nginx", "haproxy"];
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
                case "path" when scenario is null:
                    scenario = "path";
                    break;
                default:
                    throw new BenchException($"unknown argument {arguments[i]} (there are path, --quick, --rounds N, --peers A,B)");
            }

            string Value() => ++i < arguments.Count ? arguments[i] : throw new BenchException($"{arguments[i - 1]} wants a value");
        }

        return new(
            root ?? throw new BenchException("--root is missing: start ./bench"),
            scenario ?? "path",
            rounds ?? (quick ? 3 : 7),
            quick ? 1 : 5,
            quick ? 2 : 8,
            quick,
            peers);
    }
}
