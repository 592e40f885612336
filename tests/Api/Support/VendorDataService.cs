using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Firstlight.Api.Tests.Support;

/// <summary>The vendor data service of the recorded profile: answers by path.</summary>
internal static class VendorDataService
{
    public static Task<HttpPeer> StartAsync() => HttpPeer.StartAsync(AnswerAsync);

    /// <summary>The targets of the recorded configuration, on the port of a peer; one is down for good.</summary>
    public static IReadOnlyList<string> RecordedTargets(HttpPeer peer) =>
    [
        $"echo@{peer.Address("/echo")}", $"list@{peer.Address("/list")}", $"bad@{peer.Address("/error")}", $"junk@{peer.Address("/notjson")}",
        $"empty@{peer.Address("/empty")}", "down@http://127.0.0.1:1/x", $"echo@{peer.Address("/list")}", $"static@{peer.Address("/list")}",
    ];

    private static async Task AnswerAsync(HttpContext context, string body)
    {
        context.Response.ContentType = "application/json";
        var path = context.Request.Path.Value;
        if (path == "/error") context.Response.StatusCode = 500;
        await context.Response.WriteAsync(path switch
        {
            "/echo" => Echo(JsonNode.Parse(body)!.AsObject()),
            "/list" => """["a", 1, null]""",
            "/error" => """{"ignored": true}""",
            "/notjson" => "<html>",
            "/huge" => $"\"{new string('x', 2 << 20)}\"",
            _ => "",
        });
    }

    private static string Echo(JsonObject question) => new JsonObject
    {
        ["instance"] = (string?)question["instance-id"],
        ["project"] = (string?)question["project-id"],
        ["keys"] = new JsonArray([.. question.Select(member => member.Key).Order(StringComparer.Ordinal).Select(key => JsonValue.Create(key))]),
        ["h\u00e9"] = "\u00fc",
    }.ToJsonString();
}
