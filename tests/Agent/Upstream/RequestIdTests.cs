using System.Collections.Concurrent;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Support;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Upstream;

public sealed class RequestIdTests
{
    [Fact]
    public async Task Same_id_is_in_our_log_and_goes_upstream()
    {
        using var log = new Log();
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        await using var agent = await TestAgent.StartAsync(upstream: upstream, loggers: log);
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");

        for (var i = 0; i < 2; i++)
        {
            var reply = await GuestClient.GetHomeAsync(agent.Home, "/x", headers: $"{HeaderNames.RequestId}: req-forged\r\n");
            Assert.DoesNotContain(reply.Headers, header => header.Key.Contains("request-id", StringComparison.OrdinalIgnoreCase));
        }

        var ids = peer.Received.Select(received => received.Headers[HeaderNames.RequestId]).ToArray();
        Assert.NotEqual(ids[0], ids[1]);
        Assert.All(ids, id => Assert.Single(log.Lines, line => line.StartsWith("4301 ", StringComparison.Ordinal) && line.EndsWith($"({id})", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Warning_about_a_request_names_it()
    {
        using var log = new Log();
        await using var agent = await TestAgent.StartAsync(loggers: log);
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        agent.Upstream.Answer = (_, _) => new(TestUpstream.Text(418, "teapot"));

        await GuestClient.GetHomeAsync(agent.Home, "/x");

        var id = Assert.Single(agent.Upstream.Asked).RequestId.ToString();
        Assert.Contains(log.Lines, line => line.StartsWith("4204 ", StringComparison.Ordinal) && line.EndsWith($"({id})", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Id_stays_at_home_where_the_operator_wants_neutrons_headers_alone()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = new HttpUpstream(new HttpUpstreamOptions { Port = peer.Port, SendRequestId = false }, TimeProvider.System, NullLogger<HttpUpstream>.Instance);

        await upstream.Ask(Asking.Get with { RequestId = RequestId.Next() });

        Assert.DoesNotContain(HeaderNames.RequestId, Assert.Single(peer.Received).Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    private sealed class Log : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{eventId.Id} {formatter(state, exception)}");
    }
}
