using Firstlight.Metadata.Identity;

namespace Firstlight.Api.Identify;

/// <summary>The instance a request is of.</summary>
/// <param name="CacheKey">Where its snapshot is kept: like Nova's, the key depends on how the caller was found.</param>
/// <param name="Id">The instance, as the caller or Neutron has it.</param>
/// <param name="Project">The project the caller says it is of; null when nobody said so, then it is not compared.</param>
/// <param name="Address">Its address, for an instance without IPv4 address; null when unknown.</param>
/// <param name="RequestId">Of the request, for logs.</param>
internal sealed record Caller(string CacheKey, InstanceId Id, string? Project, string? Address, RequestId RequestId)
{
    /// <summary>The signature of <see cref="Id"/>, where the caller presented it and it was found right.</summary>
    public string? VerifiedSignature { get; init; }

    /// <summary>Names the instance only: a signature never reaches a log.</summary>
    public override string ToString() => $"caller of {Id}";
}

/// <summary>Who asks, or the answer that refuses to say anything.</summary>
/// <param name="Caller">Set unless refused.</param>
/// <param name="Refusal">Set when refused.</param>
internal readonly record struct Identification(Caller? Caller, MetadataAnswer Refusal)
{
    public static implicit operator Identification(Caller caller) => new(caller, default);

    public static implicit operator Identification(MetadataAnswer refusal) => new(null, refusal);
}
