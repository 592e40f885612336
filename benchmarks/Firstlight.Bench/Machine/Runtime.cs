namespace Firstlight.Bench.Machine;

/// <summary>Settings of the .NET runtime, as variables of the environment; numbers are hexadecimal.</summary>
internal static class Runtime
{
    /// <summary>What our program is built with.</summary>
    public static IReadOnlyList<string> AsOurs { get; } = ["DOTNET_gcConcurrent=0", "DOTNET_GCGen0MaxBudget=400000", "DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0"];

    /// <summary>
    /// A process bound to one processor waits ten times as long for a moment without anything new before what is called often is compiled anew: for the whole of a short measurement.
    /// Hosts have more processors than one.
    /// </summary>
    public static IReadOnlyList<string> CompilesSoon { get; } = ["DOTNET_TC_DelaySingleProcMultiplier=1"];

    /// <summary>Nothing is compiled well. What is precompiled would be.</summary>
    public static IReadOnlyList<string> Slowed { get; } = ["DOTNET_ReadyToRun=0", "DOTNET_JITMinOpts=1"];
}
