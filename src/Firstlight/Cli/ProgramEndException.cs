namespace Firstlight.Cli;

/// <summary>Ends the program with a code and one line a person can act on. For failures of the world, not for faults of ours.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="line">What was attempted, what came back, what to do.</param>
/// <param name="innerException">The cause, if there is one.</param>
internal sealed class ProgramEndException(int exitCode, string line, Exception? innerException = null) : Exception(line, innerException)
{
    /// <summary>How the program ends.</summary>
    public int ExitCode { get; } = exitCode;
}
