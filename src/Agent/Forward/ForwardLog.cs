using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Forward;

internal static partial class ForwardLog
{
    [LoggerMessage(4201, LogLevel.Warning,
        "The metadata API refused the signature of instance {InstanceId}: the shared secret probably differs ({HeldBack} more since the last such line) ({RequestId})")]
    public static partial void SecretDiffers(ILogger logger, string instanceId, int heldBack, RequestId requestId);

    [LoggerMessage(4202, LogLevel.Warning, "The metadata API cannot be reached ({HeldBack} more since the last such line): {Reason} ({RequestId})")]
    public static partial void UpstreamUnavailable(ILogger logger, string reason, int heldBack, RequestId requestId);

    [LoggerMessage(4203, LogLevel.Warning, "The metadata API was too slow for instance {InstanceId}: {Reason} ({RequestId})")]
    public static partial void UpstreamSlow(ILogger logger, string instanceId, string reason, RequestId requestId);

    [LoggerMessage(4204, LogLevel.Warning, "The metadata API answered {Status} to {Target}, which its protocol does not have: the guest is told of an error ({RequestId})")]
    public static partial void UnexpectedStatus(ILogger logger, int status, string target, RequestId requestId);

    [LoggerMessage(4205, LogLevel.Warning, "The metadata API's answer to {Target} is not usable: {Reason} ({RequestId})")]
    public static partial void UnusableAnswer(ILogger logger, string target, string reason, RequestId requestId);

    [LoggerMessage(4211, LogLevel.Warning, "{Upstream} of the metadata API fails and is avoided for a while: {Reason}")]
    public static partial void UpstreamAvoided(ILogger logger, string upstream, string reason);

    [LoggerMessage(4212, LogLevel.Information, "{Upstream} of the metadata API answers again")]
    public static partial void UpstreamBack(ILogger logger, string upstream);
}
