using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Loop;

internal static partial class LoopLog
{
    [LoggerMessage(4701, LogLevel.Error, "A connection of a guest failed and was ended")]
    public static partial void Failed(ILogger logger, Exception exception);
}
