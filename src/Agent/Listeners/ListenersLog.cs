using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Listeners;

internal static partial class ListenersLog
{
    [LoggerMessage(4001, LogLevel.Information, "Listening on {Listener}")]
    public static partial void Listening(ILogger logger, ListenerSpec listener);

    [LoggerMessage(4002, LogLevel.Warning, "Not listening on {Listener}, trying again: {Reason}")]
    public static partial void NotListening(ILogger logger, ListenerSpec listener, string reason);

    [LoggerMessage(4003, LogLevel.Information, "Closed {Listener}: no longer wanted")]
    public static partial void Closed(ILogger logger, ListenerSpec listener);

    [LoggerMessage(4004, LogLevel.Information, "Closed {Listener}: its namespace was deleted or recreated")]
    public static partial void NamespaceGone(ILogger logger, ListenerSpec listener);

    [LoggerMessage(4005, LogLevel.Warning, "Cannot accept on {Listener} now: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, ListenerSpec listener, string reason);

    [LoggerMessage(4006, LogLevel.Error, "Stopped accepting on {Listener}, opening it again: {Reason}")]
    public static partial void AcceptEnded(ILogger logger, ListenerSpec listener, string reason);

    [LoggerMessage(4007, LogLevel.Debug, "Closed a connection to {Listener}: {Limit} are open")]
    public static partial void TooManyConnections(ILogger logger, ListenerSpec listener, int limit);

    [LoggerMessage(4008, LogLevel.Error, "A turn over the listeners failed; the next one follows")]
    public static partial void TurnFailed(ILogger logger, Exception exception);

    [LoggerMessage(4009, LogLevel.Information, "Waiting for the namespace of {Listener}")]
    public static partial void Waiting(ILogger logger, ListenerSpec listener);

    [LoggerMessage(
        4010,
        LogLevel.Warning,
        "Not listening on {Listener}: another program does, such as the haproxy of Neutron's own agent. It goes on serving there; guests come here as soon as it ends")]
    public static partial void AddressTaken(ILogger logger, ListenerSpec listener);

    [LoggerMessage(4011, LogLevel.Information, "Closed {Listener}: its device was deleted or made anew")]
    public static partial void DeviceGone(ILogger logger, ListenerSpec listener);
}
