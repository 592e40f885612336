using System.Text.Json.Serialization;
using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>sync</c>, as it is kept.</summary>
/// <param name="Scenario">Always <c>sync</c>.</param>
/// <param name="Finished">When.</param>
/// <param name="Host">Where.</param>
/// <param name="Settings">How it was measured.</param>
/// <param name="Sizes">Few networks, then many.</param>
/// <param name="Haproxies">What haproxies in some of the many networks took; null where they were left out.</param>
internal sealed record SyncResult(
    string Scenario, DateTimeOffset Finished, Host Host, SyncSettings Settings, IReadOnlyList<SyncSize> Sizes, HaproxyMemory? Haproxies) : IKeptResult
{
    [JsonIgnore]
    public SyncSize Few => Sizes[0];

    [JsonIgnore]
    public SyncSize Many => Sizes[^1];
}

/// <summary>How it was measured.</summary>
/// <param name="Ports">Ports of each network.</param>
/// <param name="Starts">Starts over networks that stand.</param>
/// <param name="Additions">How often a network is added.</param>
internal sealed record SyncSettings(int Ports, int Starts, int Additions);

/// <summary>A host with so many networks.</summary>
/// <param name="Networks">How many.</param>
/// <param name="First">The start that makes them all.</param>
/// <param name="Again">Starts over all of them, with nothing to do.</param>
/// <param name="Sweep">What looking at them now and then costs.</param>
/// <param name="Added">One more, again and again.</param>
/// <param name="DnsmasqKiB">Memory of all the dnsmasq, proportional set size.</param>
internal sealed record SyncSize(int Networks, SyncStart First, IReadOnlyList<SyncStart> Again, SyncSweep Sweep, IReadOnlyList<Addition> Added, long DnsmasqKiB)
{
    /// <summary>The most memory the program had at any look.</summary>
    [JsonIgnore]
    public long MostMemoryKiB => new[] { First.MemoryKiB, Sweep.MemoryKiB }.Concat(Again.Select(s => s.MemoryKiB)).Max();

    /// <summary>Networks looked at in a second while nobody changes anything.</summary>
    [JsonIgnore]
    public double LooksPerSecond => Networks / Sweep.RoundSeconds;

    /// <summary>A figure of the starts over networks that stand.</summary>
    public Spread OfAgain(Func<SyncStart, double> figure) => Spread.Of(Again.Select(figure));

    /// <summary>A figure of the additions.</summary>
    public Spread OfAdded(Func<Addition, double> figure) => Spread.Of(Added.Select(figure));
}

/// <summary>A start of the program.</summary>
/// <param name="Seconds">From before the process until it says that all is in order.</param>
/// <param name="User">User time of the program, and of the programs it ran to their end, until then; seconds.</param>
/// <param name="System">System time of the same.</param>
/// <param name="Forks">Processes and threads made on the whole machine meanwhile.</param>
/// <param name="MemoryKiB">Memory of the program then, proportional set size.</param>
internal sealed record SyncStart(double Seconds, double User, double System, long Forks, long MemoryKiB)
{
    [JsonIgnore]
    public double Cpu => User + System;
}

/// <summary>The program while nobody changes or asks anything.</summary>
/// <param name="Seconds">How long.</param>
/// <param name="RoundSeconds">How long it takes to look at everything once, as the program spreads it.</param>
/// <param name="CpuMs">Processor time meanwhile, milliseconds.</param>
/// <param name="MemoryKiB">Memory at the end, proportional set size.</param>
/// <param name="Descriptors">Descriptors it has open then.</param>
internal sealed record SyncSweep(double Seconds, double RoundSeconds, double CpuMs, long MemoryKiB, int Descriptors)
{
    [JsonIgnore]
    public double MsPerSecond => CpuMs / Seconds;
}

/// <summary>Memory of haproxies with Neutron's settings, one a network, at two counts: what is shared between them shows in the difference.</summary>
/// <param name="Few">A number of them.</param>
/// <param name="FewKiB">What they took, proportional set size.</param>
/// <param name="Many">A larger one.</param>
/// <param name="ManyKiB">What those took.</param>
internal sealed record HaproxyMemory(int Few, long FewKiB, int Many, long ManyKiB)
{
    /// <summary>What one more takes.</summary>
    [JsonIgnore]
    public double OneKiB => (ManyKiB - FewKiB) / (double)(Many - Few);

    /// <summary>What so many take.</summary>
    public double OfKiB(int networks) => ManyKiB + ((networks - Many) * OneKiB);
}
