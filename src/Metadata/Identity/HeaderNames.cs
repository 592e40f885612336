namespace Firstlight.Metadata.Identity;

/// <summary>Headers of the protocol between the metadata agent and the metadata API (Neutron's and Nova's names).</summary>
public static class HeaderNames
{
    /// <summary>The <c>device_id</c> of the port that asks.</summary>
    public const string InstanceId = "X-Instance-ID";

    /// <summary>Lower-case hex HMAC-SHA256 of the instance id, see <see cref="Signature"/>.</summary>
    public const string InstanceIdSignature = "X-Instance-ID-Signature";

    /// <summary>The project of the port that asks; the API compares it with the instance's owner.</summary>
    public const string TenantId = "X-Tenant-ID";

    /// <summary>The guest's source address, one literal.</summary>
    public const string ForwardedFor = "X-Forwarded-For";

    /// <summary>Names the request in the logs of both sides (oslo.middleware's name), see <see cref="Identity.RequestId"/>. Nova's metadata API has no use for it.</summary>
    public const string RequestId = "X-OpenStack-Request-ID";
}
