using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Neutron.Heartbeat;

/// <summary>What reporting to Neutron logs: each change once, repetitions at Debug; never a password.</summary>
internal static partial class HeartbeatLog
{
    [LoggerMessage(2300, LogLevel.Information, "Neutron shows this host's metadata agent as alive: {Host} through {Broker} ({Standing})")]
    public static partial void Reporting(ILogger logger, string host, string broker, string standing);

    [LoggerMessage(2301, LogLevel.Warning, "Cannot report to Neutron, which will show this host's metadata agent as dead: {Reason}. Guests are served all the same; trying again")]
    public static partial void Failing(ILogger logger, string reason);

    [LoggerMessage(2302, LogLevel.Information, "Reports to Neutron go through {Broker} again")]
    public static partial void Recovered(ILogger logger, string broker);

    [LoggerMessage(2303, LogLevel.Information,
        "No message bus: transport_url is not set and there is none on this host ({Reason}). Neutron will not show the metadata agent as alive; guests are served all the same")]
    public static partial void NoBus(ILogger logger, string reason);

    [LoggerMessage(2304, LogLevel.Warning, "No reports to Neutron, which will show this host's metadata agent as dead: {Reason}. Guests are served all the same")]
    public static partial void Off(ILogger logger, string reason);

    [LoggerMessage(2305, LogLevel.Warning, "transport_url names a user for some hosts and none for others: those are asked as guest")]
    public static partial void CredentialsMixed(ILogger logger);

    [LoggerMessage(2306, LogLevel.Warning, "The message bus is spoken to in cipher, but its certificate is not verified: ssl_ca_file is not set")]
    public static partial void Unverified(ILogger logger);

    [LoggerMessage(2307, LogLevel.Debug, "Still no report to Neutron: {Reason}")]
    public static partial void StillFailing(ILogger logger, string reason);

    [LoggerMessage(2308, LogLevel.Debug, "Reported to Neutron through {Broker}")]
    public static partial void Reported(ILogger logger, string broker);

    [LoggerMessage(2309, LogLevel.Error, "Reporting to Neutron ended unexpectedly; guests are served all the same")]
    public static partial void Broken(ILogger logger, Exception exception);

    [LoggerMessage(2310, LogLevel.Information, "No reports to Neutron, as report_interval is 0")]
    public static partial void NotWanted(ILogger logger);
}
