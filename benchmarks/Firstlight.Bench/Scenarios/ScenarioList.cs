namespace Firstlight.Bench.Scenarios;

/// <summary>All scenarios, in the order of the page and of <c>./bench all</c>.</summary>
internal static class ScenarioList
{
    public static IReadOnlyList<IScenario> All { get; } =
    [
        new PathScenario(),
        new ApiScenario(),
        new BootScenario(),
        new ScaleScenario(),
        new SyncScenario(),
        new StartScenario(),
        new MicroScenario(),
        new NovaScenario(),
        new AgentScenario(),
        new GuardScenario(),
    ];

    public static IScenario? Find(string name) => All.FirstOrDefault(s => s.Name == name);
}
