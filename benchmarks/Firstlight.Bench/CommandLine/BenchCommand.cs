using System.Globalization;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.CommandLine;

/// <summary>What the command line asks for.</summary>
/// <param name="Root">The checkout.</param>
/// <param name="Scenarios">What to measure, one after the other; empty where only <paramref name="Help"/> or <paramref name="Page"/> is asked for.</param>
/// <param name="Help">Say what there is.</param>
/// <param name="Page">Write the pages of the kept results again, and measure nothing.</param>
/// <param name="Quick">Short runs whose figures are for no record.</param>
internal sealed record BenchCommand(string Root, IReadOnlyList<IScenario> Scenarios, bool Help, bool Page, bool Quick)
{
    private int? Rounds { get; init; }

    private IReadOnlyList<string>? Peers { get; init; }

    private IReadOnlyList<int>? Sizes { get; init; }

    private bool Record { get; init; }

    private string? Against { get; init; }

    private bool Slowed { get; init; }

    private bool IsAll { get; init; }

    public static BenchCommand Parse(IReadOnlyList<string> arguments)
    {
        var command = new BenchCommand("", [], Help: false, Page: false, Quick: false);
        var named = new List<IScenario>();
        for (var i = 0; i < arguments.Count; i++)
        {
            command = arguments[i] switch
            {
                "-h" or "--help" => command with { Help = true },
                "--quick" => command with { Quick = true },
                "--record" => command with { Record = true },
                "--slowed" => command with { Slowed = true },
                "--against" => command with { Against = Value() },
                "--root" => command with { Root = Value() },
                "--rounds" => command with { Rounds = Number("--rounds", Value()) },
                "--peers" => command with { Peers = Values() },
                "--sizes" => command with { Sizes = [.. Values().Select(v => Number("--sizes", v)).Order()] },
                "page" => command with { Page = true },
                "all" => command with { IsAll = true },
                _ => Scenario(arguments[i]),
            };

            string Value() => ++i < arguments.Count ? arguments[i] : throw new BenchException($"{arguments[i - 1]} wants a value");

            string[] Values() => Value().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        return command.Checked(named);

        BenchCommand Scenario(string name)
        {
            named.Add(ScenarioList.Find(name) ?? throw new BenchException($"unknown argument {name} (./bench --help says what there is)"));
            return command;
        }
    }

    /// <summary>How to measure one of <see cref="Scenarios"/>.</summary>
    public BenchOptions For(IScenario scenario)
    {
        if (Peers?.FirstOrDefault(p => !scenario.Peers.Contains(p)) is { } unknown)
            throw new BenchException($"{scenario.Name} has no peer {unknown}; it has {string.Join(", ", scenario.Peers)}");
        return new(
            Root, scenario.Name, Rounds ?? (Quick ? scenario.Rounds.Quick : scenario.Rounds.Full), Seconds: Quick ? 1 : 5, WarmUpSeconds: Quick ? 2 : 8, Quick, Peers ?? scenario.Peers)
        {
            ForTheRecord = !Quick && !Slowed && Peers is null && Sizes is null && (!scenario.RecordsOnlyWhenAsked || Record || IsAll),
            Sizes = Sizes,
            Against = Against,
            Slowed = Slowed,
        };
    }

    private BenchCommand Checked(List<IScenario> named)
    {
        if (Root.Length == 0) throw new BenchException("--root is missing: start ./bench");
        if (IsAll && (named.Count > 0 || Page)) throw new BenchException("'all' stands alone");
        if (Page && named.Count > 0) throw new BenchException("'page' stands alone");
        if ((Record || Slowed || Against is not null) && named is not [{ RecordsOnlyWhenAsked: true }]) throw new BenchException("--record, --against and --slowed are for guard");
        if (Sizes is not null && named is not [ScaleScenario]) throw new BenchException("--sizes is for scale");
        if (Record && (Quick || Slowed)) throw new BenchException("a quick or slowed run is for no record");
        return this with { Scenarios = Page || Help ? [] : IsAll ? ScenarioList.All : named.Count > 0 ? named : [ScenarioList.Find("path")!] };
    }

    private static int Number(string option, string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
        ? n
        : throw new BenchException($"{option} wants a number above 0");
}
