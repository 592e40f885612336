using System.Net;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api;

/// <summary>What the metadata API logs; never a signature, a key, user data or a password. Lines about a request end with its id, or a hyphen for none.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(3000, LogLevel.Information, "Metadata API listens on {EndPoint}")]
    public static partial void Listening(ILogger logger, IPEndPoint endPoint);

    [LoggerMessage(3001, LogLevel.Warning, "Bad signature for instance {InstanceId} from {Peer} ({RequestId})")]
    public static partial void BadSignature(ILogger logger, string instanceId, IPAddress? peer, RequestId requestId);

    [LoggerMessage(3002, LogLevel.Warning, "Instance {InstanceId} is not of project {ProjectId}, as {Peer} says ({RequestId})")]
    public static partial void ForeignProject(ILogger logger, string instanceId, string projectId, IPAddress? peer, RequestId requestId);

    [LoggerMessage(3003, LogLevel.Information, "No instance {InstanceId}, asked by {Peer} ({RequestId})")]
    public static partial void UnknownInstance(ILogger logger, string instanceId, IPAddress? peer, RequestId requestId);

    [LoggerMessage(3004, LogLevel.Error, "A request of instance {InstanceId} failed ({RequestId})")]
    public static partial void RequestFailed(ILogger logger, string instanceId, Exception exception, RequestId requestId);

    [LoggerMessage(3005, LogLevel.Warning, "The inventory cannot be reached, instance {InstanceId} is told what it was told before: {Reason} ({RequestId})")]
    public static partial void ServedStale(ILogger logger, string instanceId, string reason, RequestId requestId);

    [LoggerMessage(3006, LogLevel.Error, "The inventory cannot be reached and nothing is kept of instance {InstanceId}: {Reason} ({RequestId})")]
    public static partial void Unavailable(ILogger logger, string instanceId, string reason, RequestId requestId);

    [LoggerMessage(3007, LogLevel.Error, "Vendor data file {Path} cannot be used: {Reason}")]
    public static partial void VendorDataUnusable(ILogger logger, string path, string reason);

    [LoggerMessage(3008, LogLevel.Error, "{Target} of instance {InstanceId} cannot be told: {Reason} ({RequestId})")]
    public static partial void DocumentFailed(ILogger logger, string target, string instanceId, string? reason, RequestId requestId);

    [LoggerMessage(3009, LogLevel.Information, "Instance {InstanceId} stored its password ({RequestId})")]
    public static partial void PasswordStored(ILogger logger, string instanceId, RequestId requestId);

    [LoggerMessage(3010, LogLevel.Debug, "{Method} {Target} of instance {InstanceId} from {Peer}: {Status}, {Length} bytes ({RequestId})")]
    public static partial void Answered(ILogger logger, string method, string target, string? instanceId, IPAddress? peer, int status, int length, RequestId requestId);

    [LoggerMessage(3011, LogLevel.Error, "A connection failed inside the metadata API")]
    public static partial void ConnectionFailed(ILogger logger, Exception exception);

    [LoggerMessage(3012, LogLevel.Warning, "Provider '{Name}' of vendordata_providers is unknown and ignored")]
    public static partial void UnknownVendorDataProvider(ILogger logger, string name);

    [LoggerMessage(3013, LogLevel.Warning, "Vendor data provider DynamicJSON has no usable vendordata_dynamic_targets and contributes nothing")]
    public static partial void DynamicVendorDataEmpty(ILogger logger);

    [LoggerMessage(3014, LogLevel.Debug, "The snapshot of instance {InstanceId} was not built ahead: {Reason}")]
    public static partial void NotBuiltAhead(ILogger logger, string instanceId, string reason, Exception exception);

    [LoggerMessage(3100, LogLevel.Warning, "Entry '{Entry}' of vendordata_dynamic_targets is not name@url and is ignored")]
    public static partial void VendorDataTargetWithoutName(ILogger logger, string entry);

    [LoggerMessage(3101, LogLevel.Warning, "Target '{Name}' is in vendordata_dynamic_targets twice, only the first is asked")]
    public static partial void VendorDataTargetTwice(ILogger logger, string name);

    [LoggerMessage(3102, LogLevel.Warning, "Target '{Name}' of vendordata_dynamic_targets is asked in vain: StaticJSON has that key")]
    public static partial void VendorDataTargetHidden(ILogger logger, string name);

    [LoggerMessage(3103, LogLevel.Warning, "Vendor data targets are asked without a token, so they cannot tell who asks: set [vendordata_dynamic_auth]")]
    public static partial void VendorDataWithoutToken(ILogger logger);

    [LoggerMessage(3104, LogLevel.Warning, "Vendor data target '{Name}' failed: {Reason} ({RequestId})")]
    public static partial void VendorDataTargetFailed(ILogger logger, string name, string reason, RequestId requestId);

    [LoggerMessage(3110, LogLevel.Warning, "Neutron fails, its last answer is used: {Reason} ({RequestId})")]
    public static partial void AnsweredFromMemory(ILogger logger, string reason, RequestId requestId);

    [LoggerMessage(3111, LogLevel.Error, "Neutron fails and nothing is kept: {Reason} ({RequestId})")]
    public static partial void NeighbourUnavailable(ILogger logger, string reason, RequestId requestId);

    [LoggerMessage(3120, LogLevel.Warning, "Bad signature of metadata provider {Provider} from {Peer} ({RequestId})")]
    public static partial void BadProviderSignature(ILogger logger, string provider, IPAddress? peer, RequestId requestId);

    [LoggerMessage(3121, LogLevel.Error, "No subnet names {Provider} as a metadata provider ({RequestId})")]
    public static partial void ProviderUnknown(ILogger logger, string provider, RequestId requestId);

    [LoggerMessage(3122, LogLevel.Error, "{Count} ports have address {Address} on the networks of metadata provider {Provider}, not one ({RequestId})")]
    public static partial void NotOnePort(ILogger logger, string provider, string address, int count, RequestId requestId);

    [LoggerMessage(3123, LogLevel.Error, "{Count} ports in use have address {Address}, not one ({RequestId})")]
    public static partial void NotOneOwner(ILogger logger, string address, int count, RequestId requestId);

    [LoggerMessage(3124, LogLevel.Error, "A request came without an address, and nothing else tells who asks ({RequestId})")]
    public static partial void NoAddress(ILogger logger, RequestId requestId);

    [LoggerMessage(3125, LogLevel.Warning, "{Peer} says it is instance {InstanceId}, which is ignored: with service_metadata_proxy off its address tells ({RequestId})")]
    public static partial void InstanceIdIgnored(ILogger logger, string instanceId, IPAddress? peer, RequestId requestId);
}
