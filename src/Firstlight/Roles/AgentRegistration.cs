using System.Text.Json;
using System.Text.Json.Serialization;
using Firstlight.Cli;
using Firstlight.Lifetime;

namespace Firstlight.Roles;

/// <summary>What a running role tells of itself to <c>firstlight agent list</c>, in a file that lives as long as it serves.</summary>
/// <param name="Role">Its verb, such as <c>host-agent</c>.</param>
/// <param name="Host">Name of the host as the configuration has it.</param>
/// <param name="Pid">Process id.</param>
/// <param name="StartTime">When that process started, see <see cref="ProcessStart"/>.</param>
/// <param name="Version">Version and commit.</param>
/// <param name="Management">Where it answers /readyz and /status, such as <c>127.0.0.1:9775</c>; null for nowhere.</param>
/// <param name="StartedAt">When it began to serve.</param>
internal sealed record AgentRegistration(string Role, string Host, int Pid, string StartTime, string Version, string? Management, DateTimeOffset StartedAt)
{
    /// <summary>That of this process.</summary>
    /// <param name="role">Its verb.</param>
    /// <param name="host">Name of the host.</param>
    /// <param name="management">Where its management address is; null for nowhere.</param>
    /// <param name="now">The time.</param>
    public static AgentRegistration OfThisProcess(string role, string host, string? management, DateTimeOffset now) => new(
        role, host, Environment.ProcessId, ProcessStart.Of(Environment.ProcessId) ?? "", VersionAction.Text()["firstlight ".Length..], management, now);

    /// <summary>Whether the process it speaks of still runs.</summary>
    public bool IsAlive() => string.Equals(ProcessStart.Of(Pid), StartTime, StringComparison.Ordinal);
}

/// <summary>JSON of the files.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(AgentRegistration))]
internal sealed partial class AgentRegistrationJson : JsonSerializerContext;
