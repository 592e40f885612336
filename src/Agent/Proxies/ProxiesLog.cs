using Firstlight.Agent.Identify;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Proxies;

internal static partial class ProxiesLog
{
    [LoggerMessage(4501, LogLevel.Information, "Proxies are served on {Path}, mode 0{Mode}")]
    public static partial void Listening(ILogger logger, string path, string mode);

    [LoggerMessage(4502, LogLevel.Warning, "A connection on {Path} could not be accepted: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, string path, string reason);

    [LoggerMessage(4503, LogLevel.Warning, "Refused a proxy's request for {Target}: {Claim} in its headers ({HeldBack} more since the last such line)")]
    public static partial void Refused(ILogger logger, string target, ProxyClaim claim, int heldBack);
}
