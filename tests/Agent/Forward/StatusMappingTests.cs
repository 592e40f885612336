using System.Collections.Concurrent;
using System.Text;
using Firstlight.Agent.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Tests.Forward;

public sealed class StatusMappingTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Status_of_the_protocol_passes_with_body_and_type(int status)
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        await using var agent = await Agent(upstream);
        peer.Answer = context => Write(context, status, "application/x-odd; charset=koi8-r", "the body");

        var reply = await GuestClient.GetHomeAsync(agent.Home, "/x");

        Assert.Equal((status, "application/x-odd; charset=koi8-r", "the body"), (reply.Status, reply.Headers["Content-Type"], reply.Text));
        // Whoever is away, a guest is told when to come back.
        Assert.Equal(status == 503, reply.Headers.ContainsKey("Retry-After"));
        Assert.False(reply.Headers.ContainsKey("Server"));
    }

    [Theory]
    [InlineData(201)]
    [InlineData(204)]
    [InlineData(302)]
    [InlineData(304)]
    [InlineData(401)]
    [InlineData(405)]
    [InlineData(413)]
    [InlineData(429)]
    [InlineData(501)]
    public async Task Any_other_status_is_a_bad_gateway(int status)
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        await using var agent = await Agent(upstream);
        peer.Answer = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };

        Assert.Equal(502, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);
    }

    [Fact]
    public async Task Binary_body_passes_byte_for_byte()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        await using var agent = await Agent(upstream);
        // Begins like gzip, and is no text in any charset.
        byte[] body = [0x1f, 0x8b, .. Enumerable.Range(0, 65_000).Select(i => (byte)i)];
        peer.Answer = async context =>
        {
            context.Response.ContentType = "application/octet-stream";
            await context.Response.Body.WriteAsync(body);
        };

        Assert.Equal(body, (await GuestClient.GetHomeAsync(agent.Home, "/openstack/latest/user_data")).Body);
    }

    [Fact]
    public async Task Every_not_found_is_the_same_bytes()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        await using var agent = await Agent(upstream);
        agent.Directory.AddTwice(TestAgent.HomeScope, "127.0.0.2");
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.3", instance: "");
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.4", instance: "two\r\nX-Tenant-ID: lines");
        peer.Answer = context => Write(context, 404, "text/plain", "instance instance of project project has no such path");

        var replies = new List<Reply> { await GuestClient.GetHomeAsync(agent.Home, "/unknown/path", "Accept: */*\r\n") };
        foreach (var source in (string[])["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.9"])
            replies.Add(await GuestClient.GetHomeAsync(agent.Home, "/x", "Accept: */*\r\n", source));

        const string Expected =
            "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  The resource could not be found.<br /><br />\n\n\n\n </body>\n</html>";
        Assert.All(replies, reply =>
        {
            Assert.Equal((404, Expected, "text/html; charset=UTF-8"), (reply.Status, reply.Text, reply.Headers["Content-Type"]));
            Assert.Equal(["Connection", "Content-Length", "Content-Type", "Date"], reply.Headers.Keys.Order(StringComparer.Ordinal));
        });
        Assert.Equal(154, Expected.Length);
        Assert.Single(peer.Received);
    }

    [Theory]
    [InlineData("", "text/plain; charset=UTF-8", "404 Not Found\n\nThe resource could not be found.\n\n   ")]
    [InlineData("Accept: text/html;q=0.1, application/json\r\n", "application/json", "{\"message\": \"The resource could not be found.<br /><br />\\n\\n\\n\", \"code\": \"404 Not Found\", \"title\": \"Not Found\"}")]
    public async Task Form_of_an_error_is_the_guest_s_choice(string header, string contentType, string body)
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        await using var agent = await Agent(upstream);
        peer.Answer = context => Write(context, 404, "text/html", "Nova's");

        var reply = await GuestClient.GetHomeAsync(agent.Home, "/x", header);

        Assert.Equal((404, contentType, body), (reply.Status, reply.Headers["Content-Type"], reply.Text));
        // Nothing of the guest's headers leaves.
        Assert.Equal("*/*", Assert.Single(peer.Received).Headers["Accept"]);
    }

    [Fact]
    public async Task Refused_signature_is_warned_of_once()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        using var log = new RecordedLog();
        await using var agent = await Agent(upstream, log);
        peer.Answer = context => Write(context, 403, "text/html", "no");

        for (var i = 0; i < 5; i++) await GuestClient.GetHomeAsync(agent.Home, "/x");

        var line = Assert.Single(log.Lines, line => line.Level == LogLevel.Warning);
        Assert.Contains("shared secret", line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(log.Lines, line => line.Text.Contains(TestAgent.Signature.Sign(new("instance")), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Slow_upstream_is_a_gateway_timeout()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client(timeout: TimeSpan.FromMilliseconds(200));
        await using var agent = await Agent(upstream);
        peer.Answer = context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);

        Assert.Equal(504, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);
    }

    private static async Task<TestAgent> Agent(Agent.Forward.IUpstream upstream, ILoggerFactory? loggers = null)
    {
        var agent = await TestAgent.StartAsync(upstream: upstream, loggers: loggers);
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        return agent;
    }

    private static async Task Write(HttpContext context, int status, string contentType, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(body));
    }
}

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordedLog : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, formatter(state, exception)));

    public void Dispose()
    {
    }
}
