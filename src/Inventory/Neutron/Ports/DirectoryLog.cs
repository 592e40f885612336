using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Neutron.Ports;

internal static partial class DirectoryLog
{
    [LoggerMessage(2200, LogLevel.Warning, "Neutron cannot be asked for ports: {Reason}")]
    public static partial void DoesNotAnswer(ILogger logger, string reason);

    [LoggerMessage(2201, LogLevel.Information, "Neutron answers again")]
    public static partial void AnswersAgain(ILogger logger);

    [LoggerMessage(2202, LogLevel.Warning, "A request to Neutron failed ({Kind} {Id}): {Reason}")]
    public static partial void RequestFailed(ILogger logger, RequestKind kind, Guid id, string reason);

    [LoggerMessage(2203, LogLevel.Information, "Network {Network} has more than {Most} ports: only those that ask are asked for")]
    public static partial void TooLarge(ILogger logger, Guid network, int most);

    [LoggerMessage(2204, LogLevel.Information, "Network {Network} is not fetched whole for a while: {Reason}")]
    public static partial void NotFetchedWhole(ILogger logger, Guid network, string reason);

    [LoggerMessage(2210, LogLevel.Information, "Neutron: {Line}")]
    public static partial void CheckPassed(ILogger logger, string line);

    [LoggerMessage(2211, LogLevel.Warning, "Neutron: {Line}")]
    public static partial void CheckDoubtful(ILogger logger, string line);

    [LoggerMessage(2212, LogLevel.Error, "Neutron: {Line}")]
    public static partial void CheckFailed(ILogger logger, string line);
}
