using System.Text.Json;
using Firstlight.Agent;
using Firstlight.Inventory;

namespace Firstlight.Roles;

/// <summary>The agent's status as <c>/status</c> tells it.</summary>
internal static class AgentStatusJson
{
    // The page is for people and the lab; a fleet's history belongs in metrics.
    private const int MostFetches = 1000;

    /// <summary>Writes the page.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="status">The agent.</param>
    /// <param name="more">Writes what only some roles have; null for nothing.</param>
    public static void Write(Utf8JsonWriter json, AgentStatus status, Action<Utf8JsonWriter>? more = null)
    {
        json.WriteStartObject();
        json.WriteNumber("infected_threads", status.InfectedThreads);
        json.WriteStartArray("listeners");
        foreach (var listener in status.Listeners)
        {
            json.WriteStartObject();
            json.WriteString("scope", listener.Scope.Kind == ScopeKind.Network ? "network" : "router");
            json.WriteString("scope_id", listener.Scope.Id);
            json.WriteString("address", listener.Address.ToString());
            json.WriteNumber("port", listener.Port);
            json.WriteString("namespace", listener.NamespacePath);
            json.WriteString("state", listener.State.ToString());
            json.WriteString("problem", listener.Problem);
            json.WriteNumber("connections", listener.Connections);
            json.WriteNumber("requests", listener.Requests);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (status.ProxySocket is { } socket)
        {
            json.WriteStartObject("proxy_socket");
            json.WriteString("path", socket.Path);
            json.WriteBoolean("listening", socket.IsListening);
            json.WriteNumber("requests", socket.Requests);
            json.WriteEndObject();
        }

        more?.Invoke(json);
        json.WriteStartArray("fetches");
        foreach (var fetch in status.Fetches.Take(MostFetches))
        {
            json.WriteStartObject();
            json.WriteString("instance_id", fetch.InstanceId);
            json.WriteString("at", fetch.At);
            json.WriteString("target", fetch.Target);
            json.WriteNumber("status", fetch.Status);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
