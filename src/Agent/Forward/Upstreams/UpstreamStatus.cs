namespace Firstlight.Agent.Forward.Upstreams;

/// <summary>What is known of one server of the metadata API, for people and health checks.</summary>
/// <param name="Address">Which.</param>
/// <param name="IsHealthy">Whether requests go to it in turn; else it gets one now and then to see whether it is back.</param>
/// <param name="Since">Since when; the start, when nothing changed since.</param>
/// <param name="LastProblem">Why the last failed request failed, one line; kept when it is healthy again. Null for none since the start.</param>
public sealed record UpstreamStatus(UpstreamAddress Address, bool IsHealthy, DateTimeOffset Since, string? LastProblem);
