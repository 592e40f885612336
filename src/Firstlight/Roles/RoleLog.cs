using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary>Life cycle of the roles; event ids 6100 to 6199.</summary>
internal static partial class RoleLog
{
    [LoggerMessage(6100, LogLevel.Warning, "{Warning}")]
    public static partial void ConfigurationWarning(ILogger logger, string warning);

    [LoggerMessage(6101, LogLevel.Information, "{Status}")]
    public static partial void Serving(ILogger logger, string status);

    [LoggerMessage(6102, LogLevel.Information, "Stopping: requests under way may end")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(6103, LogLevel.Error, "Keeping this host's networks failed and is tried again: {Reason}")]
    public static partial void TurnFailed(ILogger logger, string reason, Exception exception);

    // 6104 told of a network or router that failed; the plumber does (5002).

    [LoggerMessage(6105, LogLevel.Information, "Host in order at revision {Revision}: {Networks} networks, {Routers} routers, {Listeners} listeners")]
    public static partial void InOrder(ILogger logger, long revision, int networks, int routers, int listeners);

    [LoggerMessage(6106, LogLevel.Warning, "`firstlight agent list` will not show this role: {Reason}")]
    public static partial void NotRegistered(ILogger logger, string reason);

    [LoggerMessage(6107, LogLevel.Information, "No transport_url: Neutron is not told that this agent is alive")]
    public static partial void NoBus(ILogger logger);
}
