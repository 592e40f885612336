using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Api.Listen;
using Firstlight.Api.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Firstlight.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Api.Tests;

public sealed class AgentTalkTests
{
    private const string Target = "/latest/meta-data/hostname";
    private static readonly Instance Plain = RecordedInstances.All["plain"];

    [Fact]
    public async Task A_connection_goes_on_after_a_request_that_only_Kestrel_reads()
    {
        await using var api = await RunningApi.StartAsync(new FixtureSource([Plain]), new ApiOptions(), engine: ApiEngine.Lean);
        var requests = Request(api, Target) + Request(api, $"{Target}?x=1") + Request(api, Target, "Cookie: a=b") + Request(api, Target, "Connection: close");
        var answers = Encoding.ASCII.GetString((await RawHttp.SendAsync(api.EndPoint, Encoding.ASCII.GetBytes(requests))).Body);
        Assert.Equal(3, answers.Split("HTTP/1.1 200 OK\r\n").Length - 1);
    }

    [Fact]
    public async Task A_request_that_waits_for_the_store_keeps_no_other_waiting()
    {
        var slow = RecordedInstances.All["multinic"];
        var source = new FixtureSource([Plain, slow]);
        await using var api = await RunningApi.StartAsync(source, new ApiOptions(), engine: ApiEngine.Lean);
        Assert.Equal(200, (await api.SendAsync(Plain, Target)).Status);
        source.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = Enumerable.Range(0, 32).Select(_ => api.SendAsync(slow, Target)).ToArray();
        Assert.Equal(200, (await api.SendAsync(Plain, Target)).Status);
        Assert.DoesNotContain(waiting, static one => one.IsCompleted);
        source.Gate.SetResult();
        Assert.All(await Task.WhenAll(waiting), static one => Assert.Equal(200, one.Status));
    }

    [Fact]
    public async Task A_server_that_stops_ends_idle_connections_at_once()
    {
        await using var api = await RunningApi.StartAsync(new FixtureSource([Plain]), new ApiOptions(), limits: new MetadataApiLimits { DrainTimeout = TimeSpan.FromMinutes(5) }, engine: ApiEngine.Lean);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(api.EndPoint);
        await client.SendAsync(Encoding.ASCII.GetBytes(Request(api, Target)));
        var buffer = new byte[4096];
        Assert.NotEqual(0, await client.ReceiveAsync(buffer));
        var stopping = api.DisposeAsync();
        Assert.Equal(0, await client.ReceiveAsync(buffer));
        await stopping;
    }

    [Fact]
    public async Task Without_keep_alive_each_answer_ends_its_connection()
    {
        await using var api = await RunningApi.StartAsync(new FixtureSource([Plain]), new ApiOptions(), limits: new MetadataApiLimits { KeepAlive = false }, engine: ApiEngine.Lean);
        var answer = await RawHttp.SendAsync(api.EndPoint, Encoding.ASCII.GetBytes(Request(api, Target)));
        Assert.Equal((200, "close"), (answer.Status, answer["Connection"]));
    }

    [Fact]
    public async Task An_idle_connection_ends_when_its_time_is_up()
    {
        using var api = new MetadataApi(new ApiOptions(), new Signature(RunningApi.Secret), new FixtureSource([Plain]), TimeProvider.System, NullLogger<MetadataApi>.Instance);
        var connection = new MemoryConnection();
        var heart = new Heart();
        connection.Server.Features.Set<IConnectionHeartbeatFeature>(heart);
        var serving = new AgentTalk(api, new MetadataApiLimits { IdleTimeout = TimeSpan.FromSeconds(3) }, TimeProvider.System, NullLogger.Instance)
            .Use(static _ => throw new InvalidOperationException("handed over"))(connection.Server);
        for (var i = 0; i < 3; i++) heart.Beat();
        Assert.False(serving.IsCompleted);
        heart.Beat();
        await serving;
    }

    private static string Request(RunningApi api, string target, string? more = null) =>
        $"GET {target} HTTP/1.1\r\nHost: m\r\n{string.Concat(api.SignedHeaders(Plain).Select(static field => $"{field.Name}: {field.Value}\r\n"))}{(more is null ? "" : more + "\r\n")}\r\n";

    private sealed class Heart : IConnectionHeartbeatFeature
    {
        private readonly List<(Action<object> Action, object State)> _handlers = [];

        public void OnHeartbeat(Action<object> action, object state) => _handlers.Add((action, state));

        public void Beat() => _handlers.ForEach(static handler => handler.Action(handler.State));
    }
}
