using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Firstlight.Management;

/// <summary>Events 6200 to 6299.</summary>
internal static partial class ManagementLog
{
    [LoggerMessage(6201, LogLevel.Information, "Health, readiness, metrics and status on http://{EndPoint}")]
    public static partial void Listening(ILogger logger, IPEndPoint endPoint);

    [LoggerMessage(6202, LogLevel.Error, "Answering {Path} failed")]
    public static partial void Failed(ILogger logger, PathString path, Exception exception);
}
