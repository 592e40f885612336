using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Firstlight.Inventory.Neutron.Heartbeat;

/// <summary>The messages an agent reports itself with, member for member as neutron-metadata-agent writes them.</summary>
/// <remarks>
/// oslo.messaging's envelope 2.0 holds the message as a JSON text inside JSON. Nothing in it is secret: the context is that of an administrator without token,
/// for the bus itself is what Neutron trusts.
/// </remarks>
internal sealed class StateReport
{
    /// <summary>Version of the remote method. The lowest that knows it all: servers take reports of their own minor version and of lower ones.</summary>
    private const string MethodVersion = "1.2";

    // Python's strings: quotes escaped by a backslash, nothing escaped that HTML alone would need.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HeartbeatOptions _options;
    private readonly string _requestId = $"req-{Guid.NewGuid():D}";
    private readonly string _contextTime;

    /// <summary>Begins the agent's life: all reports carry the context made here.</summary>
    public StateReport(HeartbeatOptions options, DateTimeOffset now)
    {
        _options = options;
        _contextTime = now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
    }

    /// <summary>The first report: says that the agent has just started, and asks for an answer.</summary>
    public byte[] WriteCall(DateTimeOffset now, string messageId, string replyQueue) => Write(now, messageId, replyQueue);

    /// <summary>A further report, which nobody answers.</summary>
    public byte[] WriteCast(DateTimeOffset now) => Write(now, null, null);

    private byte[] Write(DateTimeOffset now, string? messageId, string? replyQueue)
    {
        var message = Written(json => WriteMessage(json, now, messageId, replyQueue));
        return Written(json =>
        {
            json.WriteString("oslo.version", "2.0");
            json.WriteString("oslo.message", message);
        });
    }

    private static byte[] Written(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void WriteMessage(Utf8JsonWriter json, DateTimeOffset now, string? messageId, string? replyQueue)
    {
        json.WriteString("method", "report_state");
        json.WriteStartObject("args");
        json.WriteStartObject("agent_state");
        // Twice, as Neutron has it.
        json.WriteStartObject("agent_state");
        WriteAgent(json, starting: messageId is not null);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("time", now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteString("version", MethodVersion);
        if (messageId is not null)
        {
            json.WriteString("_msg_id", messageId);
            json.WriteString("_reply_q", replyQueue);
            json.WriteNull("_timeout");
        }

        json.WriteString("_unique_id", Guid.NewGuid().ToString("N"));
        WriteContext(json);
    }

    private void WriteAgent(Utf8JsonWriter json, bool starting)
    {
        json.WriteString("binary", "neutron-metadata-agent");
        json.WriteString("host", _options.Host);
        json.WriteString("topic", "N/A");
        json.WriteStartObject("configurations");
        json.WriteString("metadata_proxy_socket", _options.MetadataProxySocket);
        json.WriteString("nova_metadata_host", _options.NovaMetadataHost);
        json.WriteNumber("nova_metadata_port", _options.NovaMetadataPort);
        json.WriteBoolean("log_agent_heartbeats", _options.LogAgentHeartbeats);
        json.WriteEndObject();
        if (starting) json.WriteBoolean("start_flag", true);
        json.WriteString("agent_type", "Metadata agent");
        json.WriteString("uuid", Guid.NewGuid().ToString("D"));
    }

    private void WriteContext(Utf8JsonWriter json)
    {
        foreach (var name in (ReadOnlySpan<string>)["user", "project_id", "system_scope", "project", "domain", "user_domain", "project_domain"])
            json.WriteNull("_context_" + name);
        json.WriteBoolean("_context_is_admin", true);
        json.WriteBoolean("_context_read_only", false);
        json.WriteBoolean("_context_show_deleted", false);
        json.WriteNull("_context_auth_token");
        json.WriteString("_context_request_id", _requestId);
        json.WriteNull("_context_global_request_id");
        json.WriteNull("_context_resource_uuid");
        json.WriteStartArray("_context_roles");
        json.WriteEndArray();
        json.WriteString("_context_user_identity", "- - - - -");
        json.WriteBoolean("_context_is_admin_project", true);
        json.WriteNull("_context_user_id");
        json.WriteNull("_context_tenant_id");
        json.WriteString("_context_timestamp", _contextTime);
        foreach (var name in (ReadOnlySpan<string>)["tenant_name", "project_name", "user_name"]) json.WriteNull("_context_" + name);
    }
}
