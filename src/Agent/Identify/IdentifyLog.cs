using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Identify;

internal static partial class IdentifyLog
{
    [LoggerMessage(4101, LogLevel.Warning, "The port directory cannot be asked ({HeldBack} more since the last such line): {Reason}")]
    public static partial void DirectoryUnavailable(ILogger logger, string reason, int heldBack);

    [LoggerMessage(4102, LogLevel.Warning, "The device id or project of port {PortId} cannot be a header: its guest is answered as unknown")]
    public static partial void UnsendableId(ILogger logger, string portId);
}
