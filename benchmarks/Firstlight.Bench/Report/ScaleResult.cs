using System.Text.Json.Serialization;
using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>scale</c>, as it is kept.</summary>
/// <param name="Scenario">Always <c>scale</c>.</param>
/// <param name="Finished">When.</param>
/// <param name="Host">Where.</param>
/// <param name="Settings">How it was measured.</param>
/// <param name="Steps">Each size of each axis, ascending.</param>
internal sealed record ScaleResult(string Scenario, DateTimeOffset Finished, Host Host, ScaleSettings Settings, IReadOnlyList<ScaleStep> Steps) : IKeptResult
{
    [JsonIgnore]
    public IEnumerable<Round> AllRounds => Steps.SelectMany(s => s.Loads).SelectMany(l => l.Peers).SelectMany(p => p.Rounds);
}

/// <summary>How it was measured.</summary>
/// <param name="Rounds">Rounds of load at each size.</param>
/// <param name="Seconds">Length of one.</param>
/// <param name="Connections">Connections at a time, each for one request.</param>
/// <param name="Changes">How often something is added.</param>
internal sealed record ScaleSettings(int Rounds, int Seconds, int Connections, int Changes);

/// <summary>A size.</summary>
/// <param name="Axis">What grows: <c>networks</c> or <c>instances</c>.</param>
/// <param name="Networks">Networks there are.</param>
/// <param name="Instances">Instances there are.</param>
/// <param name="Asked">Instances that ask.</param>
/// <param name="Start">A start over all this, networks standing already.</param>
/// <param name="First">Load of guests of the first network, ours and nginx, which listens in that one, in turns.</param>
/// <param name="Everywhere">Load of guests of as many networks as can ask, ours and haproxy, which listens in all of them, in turns.</param>
/// <param name="MemoryKiB">Memory of the program after that, proportional set size.</param>
/// <param name="AfterChange">The first request of each after a change that does not concern it.</param>
/// <param name="NewInstances">Instances added, one after the other.</param>
/// <param name="NewNetworks">Networks added, one after the other.</param>
/// <param name="IdleMillisecondsPerSecond">Processor time of the program while nobody asks: it looks at its networks.</param>
internal sealed record ScaleStep(
    string Axis, int Networks, int Instances, int Asked, ScaleStart Start, Measure First, Measure Everywhere, long MemoryKiB, FirstRequests AfterChange,
    IReadOnlyList<Addition> NewInstances, IReadOnlyList<Addition> NewNetworks, double IdleMillisecondsPerSecond)
{
    /// <summary>How long it was idle for that; null in results from before it was kept, when it was a whole round of looks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? IdleSeconds { get; init; }

    /// <summary>What grows.</summary>
    [JsonIgnore]
    public int Size => Axis == Axes.Networks ? Networks : Instances;

    [JsonIgnore]
    public IReadOnlyList<Measure> Loads => [First, Everywhere];

    /// <summary>The axes.</summary>
    public static class Axes
    {
        public const string Networks = "networks";
        public const string Instances = "instances";
    }
}

/// <summary>A start.</summary>
/// <param name="ReadyMs">Until it says that all is in order.</param>
/// <param name="FirstAnswerMs">Until a guest has its document.</param>
/// <param name="CpuMs">Processor time until it was in order.</param>
/// <param name="MemoryKiB">Memory then, proportional set size.</param>
internal sealed record ScaleStart(double ReadyMs, double FirstAnswerMs, double CpuMs, long MemoryKiB);

/// <summary>Requests that find nothing remembered.</summary>
/// <param name="Requests">How many.</param>
/// <param name="Failed">Those not answered with 200.</param>
/// <param name="CpuMicroseconds">Processor time of the program, for each.</param>
/// <param name="P50Ms">Median time.</param>
internal sealed record FirstRequests(int Requests, long Failed, double CpuMicroseconds, double P50Ms);

/// <summary>Something added to a running program.</summary>
/// <param name="ApplyMs">The command that adds it.</param>
/// <param name="AnsweredMs">From the command's end until the new guest is answered, or the new network listens.</param>
/// <param name="CpuMs">Processor time of the program for it, until it is at rest again.</param>
internal sealed record Addition(double ApplyMs, double AnsweredMs, double CpuMs)
{
    /// <summary>From the command's start until the new guest is answered, or the new network listens.</summary>
    [JsonIgnore]
    public double WholeMs => ApplyMs + AnsweredMs;
}
