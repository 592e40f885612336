namespace Firstlight.Bench.Machine;

/// <summary>A server that can be started, once or again and again.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Log">File of its output, written anew by each start.</param>
/// <param name="Command">Program and arguments.</param>
internal sealed record Launch(string Name, string Log, IReadOnlyList<string> Command)
{
    /// <summary>The same with variables added to its environment; with none no program comes before it.</summary>
    public Launch With(params IReadOnlyList<(string Name, string Value)> environment) =>
        environment.Count == 0 ? this : this with { Command = ["env", .. environment.Select(v => $"{v.Name}={v.Value}"), .. Command] };

    public Daemon Start() => Daemon.Start(Name, Log, [.. Command]);
}
