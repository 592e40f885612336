using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Loop;

internal static partial class LoopLog
{
    [LoggerMessage(4701, LogLevel.Error, "A connection of a guest failed and was ended")]
    public static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(4702, LogLevel.Error, "Looking after the connections of a listener failed; it is done again soon")]
    public static partial void SweepFailed(ILogger logger, Exception exception);
}
