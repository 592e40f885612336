namespace Firstlight.Plumbing.Processes;

/// <summary>A program we ran could not be started, did not end in time, or ended with another code than 0.</summary>
/// <param name="message">What was attempted, with which program, and the first line it complained with.</param>
/// <param name="exitCode">Its exit code; null when it never ended by itself.</param>
/// <param name="inner">Cause, where there is one.</param>
public sealed class ProcessFailedException(string message, int? exitCode, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Exit code; null when it could not be started or was ended at its deadline.</summary>
    public int? ExitCode { get; } = exitCode;
}
