using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Firstlight.Management;

/// <summary>Events 6100 to 6199.</summary>
internal static partial class ManagementLog
{
    [LoggerMessage(6101, LogLevel.Information, "Health, readiness, metrics and status on http://{EndPoint}")]
    public static partial void Listening(ILogger logger, IPEndPoint endPoint);

    [LoggerMessage(6102, LogLevel.Error, "Answering {Path} failed")]
    public static partial void Failed(ILogger logger, PathString path, Exception exception);
}
