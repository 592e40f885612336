using System.Net;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api;

/// <summary>What the metadata API logs; never a signature, a key, user data or a password.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(3000, LogLevel.Information, "Metadata API listens on {EndPoint}")]
    public static partial void Listening(ILogger logger, IPEndPoint endPoint);

    [LoggerMessage(3001, LogLevel.Warning, "Bad signature for instance {InstanceId} from {Peer}")]
    public static partial void BadSignature(ILogger logger, string instanceId, IPAddress? peer);

    [LoggerMessage(3002, LogLevel.Warning, "Instance {InstanceId} is not of project {ProjectId}, as {Peer} says")]
    public static partial void ForeignProject(ILogger logger, string instanceId, string projectId, IPAddress? peer);

    [LoggerMessage(3003, LogLevel.Information, "No instance {InstanceId}, asked by {Peer}")]
    public static partial void UnknownInstance(ILogger logger, string instanceId, IPAddress? peer);

    [LoggerMessage(3004, LogLevel.Error, "A request of instance {InstanceId} failed")]
    public static partial void RequestFailed(ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(3005, LogLevel.Warning, "The inventory cannot be reached, instance {InstanceId} is told what it was told before: {Reason}")]
    public static partial void ServedStale(ILogger logger, string instanceId, string reason);

    [LoggerMessage(3006, LogLevel.Error, "The inventory cannot be reached and nothing is kept of instance {InstanceId}: {Reason}")]
    public static partial void Unavailable(ILogger logger, string instanceId, string reason);

    [LoggerMessage(3007, LogLevel.Error, "Vendor data file {Path} cannot be used: {Reason}")]
    public static partial void VendorDataUnusable(ILogger logger, string path, string reason);

    [LoggerMessage(3008, LogLevel.Error, "{Target} of instance {InstanceId} cannot be told: {Reason}")]
    public static partial void DocumentFailed(ILogger logger, string target, string instanceId, string? reason);

    [LoggerMessage(3009, LogLevel.Information, "Instance {InstanceId} stored its password")]
    public static partial void PasswordStored(ILogger logger, string instanceId);

    [LoggerMessage(3010, LogLevel.Debug, "{Method} {Target} of instance {InstanceId} from {Peer}: {Status}, {Length} bytes")]
    public static partial void Answered(ILogger logger, string method, string target, string? instanceId, IPAddress? peer, int status, int length);

    [LoggerMessage(3011, LogLevel.Error, "A connection failed inside the metadata API")]
    public static partial void ConnectionFailed(ILogger logger, Exception exception);

    [LoggerMessage(3012, LogLevel.Warning, "Provider '{Name}' of vendordata_providers is unknown and ignored")]
    public static partial void UnknownVendorDataProvider(ILogger logger, string name);

    [LoggerMessage(3013, LogLevel.Warning, "Vendor data provider DynamicJSON has no targets in this release and contributes nothing")]
    public static partial void DynamicVendorDataEmpty(ILogger logger);
}
