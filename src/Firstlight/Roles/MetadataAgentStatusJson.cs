using System.Text.Json;
using Firstlight.Agent.Discover;
using Firstlight.Agent.Forward.Upstreams;
using Firstlight.Inventory.Neutron.Heartbeat;

namespace Firstlight.Roles;

/// <summary>What <c>/status</c> of a metadata agent beside Neutron tells besides its listeners.</summary>
internal static class MetadataAgentStatusJson
{
    /// <summary>The metadata APIs asked.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<UpstreamStatus> upstreams)
    {
        json.WriteStartArray("upstreams");
        foreach (var upstream in upstreams)
        {
            json.WriteStartObject();
            json.WriteString("host", upstream.Address.Host);
            json.WriteNumber("port", upstream.Address.Port);
            json.WriteBoolean("healthy", upstream.IsHealthy);
            json.WriteString("since", upstream.Since);
            json.WriteString("last_problem", upstream.LastProblem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The namespaces of Neutron's agents.</summary>
    public static void Write(Utf8JsonWriter json, DiscoveryStatus discovery)
    {
        json.WriteStartObject("namespaces");
        json.WriteNumber("seen", discovery.Namespaces.Count);
        json.WriteNumber("served", discovery.Namespaces.Count(one => one.Source != DiscoverySource.None));
        json.WriteNumber("stand_ins", discovery.StandIns);
        if (discovery.LookedAt is { } at) json.WriteString("looked_at", at);
        json.WriteEndObject();
    }

    /// <summary>The reports to Neutron.</summary>
    public static void Write(Utf8JsonWriter json, HeartbeatState heartbeat)
    {
        json.WriteStartObject("heartbeat");
        json.WriteString("phase", heartbeat.Phase.ToString());
        json.WriteString("broker", heartbeat.Broker);
        if (heartbeat.LastReport is { } at) json.WriteString("last_report", at);
        json.WriteString("standing", heartbeat.Standing);
        json.WriteString("problem", heartbeat.Problem);
        json.WriteEndObject();
    }
}
