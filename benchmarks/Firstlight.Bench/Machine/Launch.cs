namespace Firstlight.Bench.Machine;

/// <summary>A server that can be started, once or again and again.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Log">File of its output, written anew by each start.</param>
/// <param name="Command">Program and arguments.</param>
internal sealed record Launch(string Name, string Log, IReadOnlyList<string> Command)
{
    public Daemon Start() => Daemon.Start(Name, Log, [.. Command]);
}
