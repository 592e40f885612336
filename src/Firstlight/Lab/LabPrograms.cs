using Firstlight.Plumbing.Processes;

namespace Firstlight.Lab;

/// <summary>Programs the lab runs for its guests, each bounded so that a guest without an answer does not hold up the others.</summary>
internal sealed class LabPrograms
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);
    private readonly ProcessRunner _runner = new(Deadline, TimeProvider.System);

    /// <summary>Runs one that must succeed.</summary>
    /// <exception cref="ProcessFailedException">It did not.</exception>
    public Task<string> RunAsync(string purpose, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        _runner.RunAsync(new ProcessCall(purpose, program, arguments), cancellationToken);

    /// <summary>Runs one whose failure is an answer.</summary>
    public Task<ProcessResult> TryRunAsync(string purpose, string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        _runner.TryRunAsync(new ProcessCall(purpose, program, arguments), cancellationToken);
}
