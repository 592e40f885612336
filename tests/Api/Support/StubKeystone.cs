using System.Text.Json.Nodes;
using Firstlight.Inventory.Neutron.Keystone;
using Microsoft.AspNetCore.Http;

namespace Firstlight.Api.Tests.Support;

/// <summary>An Identity API on loopback that gives <c>token-1</c>, <c>token-2</c>… to who knows the password.</summary>
internal sealed class StubKeystone : IAsyncDisposable
{
    public const string Password = "pässword";
    private int _given;

    public HttpPeer Peer { get; private set; } = null!;

    public int Given => Volatile.Read(ref _given);

    /// <summary>How long a token is good; counted by <see cref="Clock"/>.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public JsonArray Catalog { get; set; } = [];

    /// <summary>The project of a token; null for one without.</summary>
    public string? Project { get; set; }

    public IReadOnlyList<string> Roles { get; set; } = [];

    public KeystoneOptions Account => new()
    {
        AuthUrl = Peer.Address("/identity"),
        User = new KeystoneName("nova", DomainName: "Default"),
        Password = Password,
        Project = new KeystoneName("service", DomainId: "default"),
    };

    /// <param name="port">Where; 0 for a free one.</param>
    public static async Task<StubKeystone> StartAsync(int port = 0)
    {
        var stub = new StubKeystone();
        stub.Peer = await HttpPeer.StartAsync(stub.AnswerAsync, port: port);
        return stub;
    }

    public ValueTask DisposeAsync() => Peer.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, string body)
    {
        var identity = JsonNode.Parse(body)?["auth"]?["identity"];
        var secret = (string?)identity?["password"]?["user"]?["password"] ?? (string?)identity?["application_credential"]?["secret"];
        if (context.Request.Path != "/identity/v3/auth/tokens" || secret != Password)
        {
            context.Response.StatusCode = 401;
            return;
        }

        context.Response.StatusCode = 201;
        context.Response.Headers["X-Subject-Token"] = $"token-{Interlocked.Increment(ref _given)}";
        await context.Response.WriteAsJsonAsync(new JsonObject
        {
            ["token"] = new JsonObject
            {
                ["expires_at"] = (Clock.GetUtcNow() + Lifetime).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ"),
                ["catalog"] = Catalog.DeepClone(),
                ["is_domain"] = false,
                ["project"] = Project is null ? null : new JsonObject { ["id"] = Project, ["name"] = "service" },
                ["roles"] = new JsonArray([.. Roles.Select(role => (JsonNode)new JsonObject { ["id"] = $"id-of-{role}", ["name"] = role })]),
            },
        });
    }
}
