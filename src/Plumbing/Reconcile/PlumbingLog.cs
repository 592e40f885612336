using Microsoft.Extensions.Logging;

namespace Firstlight.Plumbing.Reconcile;

internal static partial class PlumbingLog
{
    [LoggerMessage(5001, LogLevel.Information, "{Unit}: {Change}")]
    public static partial void Changed(ILogger logger, Unit unit, string change);

    [LoggerMessage(5002, LogLevel.Error, "{Unit} is not as wanted: {Reason}")]
    public static partial void Failed(ILogger logger, Unit unit, string reason);

    [LoggerMessage(5003, LogLevel.Information, "{Unit} removed")]
    public static partial void Removed(ILogger logger, Unit unit);

    [LoggerMessage(5004, LogLevel.Warning, "{Program} of {Unit} (pid {Pid}) ended by itself; quick ends in a row: {Failures}")]
    public static partial void DaemonDied(ILogger logger, string program, Unit unit, int pid, int failures);

    [LoggerMessage(5005, LogLevel.Information, "{Program} of {Unit} runs again")]
    public static partial void DaemonRestarted(ILogger logger, string program, Unit unit);

    [LoggerMessage(5006, LogLevel.Error, "{Program} of {Unit} cannot be started: {Reason}")]
    public static partial void DaemonStartFailed(ILogger logger, string program, Unit unit, string reason);

    [LoggerMessage(5007, LogLevel.Error, "Looking after daemons failed and goes on: {Reason}")]
    public static partial void SupervisionFailed(ILogger logger, string reason, Exception exception);
}
