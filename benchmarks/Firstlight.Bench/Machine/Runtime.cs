namespace Firstlight.Bench.Machine;

/// <summary>Settings of the .NET runtime, as variables of the environment; numbers are hexadecimal. They win over those a program is built with.</summary>
internal static class Runtime
{
    /// <summary>
    /// What is called often is compiled anew within seconds, as in a program that has run for a while. Ours waits for half a second without anything new (the runtime by default for a tenth), and a process
    /// bound to one processor for ten times as long: Kestrel took 17 s of load to settle with that half a second, 6 s so, and cost the same then.
    /// </summary>
    public static (string Name, string Value)[] CompilesSoon { get; } = [("DOTNET_TC_CallCountingDelayMs", "64"), ("DOTNET_TC_DelaySingleProcMultiplier", "1")];

    /// <summary>Nothing is compiled well. What is precompiled would be.</summary>
    public static (string Name, string Value)[] Slowed { get; } = [("DOTNET_ReadyToRun", "0"), ("DOTNET_JITMinOpts", "1")];
}
