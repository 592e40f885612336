namespace Firstlight.Bench.Machine;

/// <summary>A server that can be started, once or again and again.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Log">File of its output, written anew by each start.</param>
/// <param name="Command">Program and arguments.</param>
internal sealed record Launch(string Name, string Log, IReadOnlyList<string> Command)
{
    /// <summary>The same with variables set in its environment, each as <c>NAME=value</c>.</summary>
    public Launch With(IReadOnlyList<string> variables) => variables.Count > 0 ? this with { Command = ["env", .. variables, .. Command] } : this;

    public Daemon Start() => Daemon.Start(Name, Log, [.. Command]);
}
