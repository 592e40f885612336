using System.Text.Json;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Roles;

/// <summary>What <c>/status</c> of a role that keeps a host's networks tells besides its listeners.</summary>
internal static class HostStatusJson
{
    /// <summary>How it stands with networks and routers; those in order are only counted.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="statePath">State path of the role: another may keep other networks on the same host.</param>
    /// <param name="state">How it stands.</param>
    public static void Write(Utf8JsonWriter json, string statePath, HostState state)
    {
        json.WriteStartObject("networks");
        json.WriteString("state_path", statePath);
        json.WriteNumber("in_order", state.InOrder);
        json.WriteNumber("outstanding", state.Outstanding);
        json.WriteStartArray("failing");
        foreach (var failing in state.Failing)
        {
            json.WriteStartObject();
            json.WriteString("kind", failing.Unit.ToString().Split(':')[0]);
            json.WriteString("id", failing.Unit.Id);
            json.WriteString("reason", failing.Reason);
            json.WriteString("since", failing.Since);
            json.WriteNumber("attempts", failing.Attempts);
            if (failing.RetryAt is { } at) json.WriteString("retry_at", at);
            else json.WriteNull("retry_at");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
