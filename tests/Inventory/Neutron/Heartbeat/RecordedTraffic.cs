using System.Text.Json.Nodes;

namespace Firstlight.Inventory.Tests.Neutron.Heartbeat;

/// <summary>What the real agent sent and the real server answered, and how one of our reports differs from it.</summary>
internal static class RecordedTraffic
{
    /// <summary>Members that are new in every report, with the shape they have.</summary>
    private static readonly Dictionary<string, string> Fresh = new(StringComparer.Ordinal)
    {
        ["uuid"] = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        ["time"] = @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$",
        ["_msg_id"] = "^[0-9a-f]{32}$",
        ["_unique_id"] = "^[0-9a-f]{32}$",
        ["_reply_q"] = "^reply_[0-9a-f]{32}$",
        ["_context_request_id"] = "^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        ["_context_timestamp"] = @"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$",
    };

    private static readonly JsonObject Root =
        (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Neutron", "Heartbeat", "recorded-traffic.json")))!;

    public static JsonObject Call => (JsonObject)Root["call"]!;

    public static JsonObject Cast => (JsonObject)Root["cast"]!;

    public static JsonObject Answer => (JsonObject)Root["answer"]!;

    public static JsonObject ReplyQueue => (JsonObject)Root["replyQueue"]!;

    /// <summary>Fails unless the report is the recorded one in all but what is new each time: exchange, properties, envelope, and each member in its order.</summary>
    public static void AssertEqual(JsonObject recorded, Report report)
    {
        Assert.Equal((string)recorded["exchange"]!, report.Exchange);
        Assert.Equal((string)recorded["routingKey"]!, report.RoutingKey);
        var properties = report.Properties;
        Assert.Equal((string)recorded["contentType"]!, properties.ContentType);
        Assert.Equal((string)recorded["contentEncoding"]!, properties.ContentEncoding);
        Assert.Equal((int)recorded["deliveryMode"]!, (int)properties.DeliveryMode);
        Assert.Equal((int)recorded["priority"]!, properties.Priority);
        Assert.Equal((string?)recorded["expiration"], properties.Expiration);
        Assert.Empty(properties.Headers ?? new Dictionary<string, object?>());
        Assert.False(properties.IsMessageIdPresent() || properties.IsCorrelationIdPresent() || properties.IsReplyToPresent() || properties.IsAppIdPresent()
            || properties.IsTimestampPresent() || properties.IsTypePresent() || properties.IsUserIdPresent());

        var envelope = (JsonObject)JsonNode.Parse((string)recorded["body"]!)!;
        Assert.Equal(envelope.Select(m => m.Key), report.Envelope.Select(m => m.Key));
        Assert.Equal((string)envelope["oslo.version"]!, (string)report.Envelope["oslo.version"]!);
        var fields = Fields(JsonNode.Parse((string)envelope["oslo.message"]!)).ToList();
        Assert.NotEmpty(fields);
        Assert.Equal(fields, Fields(report.Message));
    }

    private static IEnumerable<string> Fields(JsonNode? node, string path = "")
    {
        if (node is JsonObject members) return members.SelectMany(m => Fields(m.Value, $"{path}/{m.Key}"));
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (!Fresh.TryGetValue(name, out var shape)) return [$"{path} = {node?.ToJsonString() ?? "null"}"];
        Assert.Matches(shape, (string)node!);
        return [$"{path} is fresh"];
    }
}
