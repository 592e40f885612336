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

    // 5006 and 5007 told of a supervision that is no more.

    [LoggerMessage(5008, LogLevel.Error, "The kernel's notices cannot be heard, so repairs wait for the next look: {Reason}")]
    public static partial void WatchFailed(ILogger logger, string reason, Exception exception);

    [LoggerMessage(5009, LogLevel.Warning, "Notices of the kernel were lost; everything is looked at")]
    public static partial void NoticesLost(ILogger logger);

    [LoggerMessage(5010, LogLevel.Information, "{Unit} is as wanted again, after {Attempts} attempts")]
    public static partial void Recovered(ILogger logger, Unit unit, int attempts);

    [LoggerMessage(5011, LogLevel.Critical, "{Unit}: a fault of this program")]
    public static partial void Broken(ILogger logger, Unit unit, Exception exception);

    [LoggerMessage(5012, LogLevel.Information, "{Done} of {Total} networks and routers looked at, {Failing} fail")]
    public static partial void Progress(ILogger logger, int done, int total, int failing);

    [LoggerMessage(5013, LogLevel.Information, "All {Total} networks and routers looked at in {Seconds:0.0} s, {Failing} fail")]
    public static partial void Complete(ILogger logger, int total, double seconds, int failing);
}
