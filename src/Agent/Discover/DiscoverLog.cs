using Firstlight.Inventory;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Discover;

internal static partial class DiscoverLog
{
    [LoggerMessage(4601, LogLevel.Information, "Found namespace {Name}: {Scope}")]
    public static partial void Found(ILogger logger, string name, Scope scope);

    [LoggerMessage(4602, LogLevel.Information, "Namespace {Name} is gone")]
    public static partial void Gone(ILogger logger, string name);

    [LoggerMessage(4603, LogLevel.Information, "Namespace {Name} is another one under its old name")]
    public static partial void Recreated(ILogger logger, string name);

    [LoggerMessage(4604, LogLevel.Warning, "Cannot look for namespaces in {Directory}, what is served stays as it is: {Reason}")]
    public static partial void LookFailed(ILogger logger, string directory, string reason);

    [LoggerMessage(4605, LogLevel.Error, "A turn over the namespaces failed; the next one follows")]
    public static partial void TurnFailed(ILogger logger, Exception exception);

    [LoggerMessage(4606, LogLevel.Warning, "In namespace {Name} the IPv6 metadata address on {Device} is a duplicate of another machine's (such as a second DHCP agent's): IPv4 only")]
    public static partial void Duplicate(ILogger logger, string name, string device);

    [LoggerMessage(4607, LogLevel.Debug, "Cannot look for the IPv6 metadata address, trying again: {Reason}")]
    public static partial void AddressUnknown(ILogger logger, string reason);

    [LoggerMessage(4611, LogLevel.Information, "haproxy stand-in {Pid} registered by {Configuration}: {Scope}")]
    public static partial void StandInCame(ILogger logger, int pid, string configuration, Scope scope);

    [LoggerMessage(4612, LogLevel.Warning, "Stand-in registration {File} cannot be used: {Reason}")]
    public static partial void StandInUnusable(ILogger logger, string file, string reason);

    [LoggerMessage(4613, LogLevel.Warning, "The process of stand-in registration {File} ended without removing it; removed")]
    public static partial void StandInDead(ILogger logger, string file);

    [LoggerMessage(4614, LogLevel.Error, "Stand-ins in {Directory} are not looked at: {Reason}")]
    public static partial void StandInsUnreadable(ILogger logger, string directory, string reason);

    [LoggerMessage(4615, LogLevel.Warning, "Stand-in registration {File} is for a namespace that has no name in {Directory}; not served (does this process see the mounts of Neutron's agents?)")]
    public static partial void StandInNameless(ILogger logger, string file, string directory);

    [LoggerMessage(4616, LogLevel.Information, "Ended the stand-in of {File}: its namespace was deleted and it would keep it alive")]
    public static partial void StandInEnded(ILogger logger, string file);

    [LoggerMessage(4617, LogLevel.Warning, "Cannot remove {File}, left by a stand-in: {Reason}")]
    public static partial void StandInLeft(ILogger logger, string file, string reason);
}
