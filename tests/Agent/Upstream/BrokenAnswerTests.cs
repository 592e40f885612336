using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Upstream;

/// <summary>What a metadata API can do wrong on the wire.</summary>
public sealed class BrokenAnswerTests
{
    private const string Whole = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello")]
    public async Task Answer_cut_short_is_no_answer(string sent)
    {
        await using var closes = RawPeer.Saying(sent);
        await using var resets = new RawPeer(async (_, socket) =>
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(sent));
            RawPeer.Reset(socket);
        });

        foreach (var peer in (RawPeer[])[closes, resets])
        {
            using var upstream = Asking.Of(peer.Port);
            await upstream.Refusal();
            await upstream.Refusal(Asking.Post);
        }

        Assert.Single(closes.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
        Assert.Single(resets.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    [InlineData("HTTP/1.1 twohundred OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnotahexnumber\r\n")]
    public async Task Garbage_is_a_bad_gateway(string sent)
    {
        await using var peer = RawPeer.Saying(sent);
        using var upstream = Asking.Of(peer.Port);

        Assert.Equal(502, (await upstream.Ask()).Status);
        Assert.Equal(502, (await upstream.Ask(Asking.Post)).Status);
    }

    [Fact]
    public async Task Endless_header_is_a_bad_gateway()
    {
        await using var peer = new RawPeer(async (_, socket) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\n"u8.ToArray());
            var line = Encoding.ASCII.GetBytes($"X: {new string('x', 1000)}\r\n");
            while (true) await socket.SendAsync(line);
        });
        using var upstream = Asking.Of(peer.Port);

        Assert.Equal(502, (await upstream.Ask()).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")]
    public async Task Answer_that_stalls_is_a_timeout(string sent)
    {
        await using var peer = RawPeer.Answering(sent);
        using var upstream = Asking.Of(Asking.Hosts(peer.Port), timeout: TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAsync<TimeoutException>(() => upstream.Ask());
    }

    [Fact]
    public async Task Guest_that_leaves_is_not_held_against_the_upstream()
    {
        await using var peer = RawPeer.Answering("");
        using var upstream = Asking.Of(peer.Port);
        for (var i = 0; i < 4; i++)
        {
            using var leaving = new CancellationTokenSource();
            var asking = upstream.SendAsync(Asking.Get, leaving.Token).AsTask();
            await Eventually.IsTrue(() => peer.Requests.Count > i, "the request arrived");
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }

        Assert.Equal((true, null), (upstream.Describe()[0].IsHealthy, upstream.Describe()[0].LastProblem));
    }

    [Fact]
    public async Task Kept_connection_that_the_server_closed_is_replaced_unseen()
    {
        Socket? kept = null;
        await using var peer = new RawPeer(async (_, socket) =>
        {
            kept = socket;
            await socket.SendAsync(Encoding.ASCII.GetBytes(Whole));
        });
        using var upstream = Asking.Of(peer.Port);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("hello", Encoding.ASCII.GetString((await upstream.Ask()).Body.Span));
            if (i % 2 == 0) kept!.Dispose();
            else RawPeer.Reset(kept!);
        }

        Assert.Equal((5, true, null), (peer.Connections, upstream.Describe()[0].IsHealthy, upstream.Describe()[0].LastProblem));
    }

    [Fact]
    public async Task Connection_that_closes_on_the_second_request_is_replaced_unseen()
    {
        var asked = new ConditionalWeakTable<Socket, object>();
        await using var peer = new RawPeer(async (_, socket) =>
        {
            if (asked.TryAdd(socket, "")) await socket.SendAsync(Encoding.ASCII.GetBytes(Whole));
            else socket.Dispose();
        });
        using var upstream = Asking.Of(peer.Port);

        for (var i = 0; i < 4; i++) Assert.Equal(200, (await upstream.Ask()).Status);
    }

    [Fact]
    public async Task What_must_not_be_sent_twice_gets_a_connection_of_its_own()
    {
        await using var peer = RawPeer.Answering(Whole);
        using var upstream = Asking.Of(peer.Port);
        await upstream.Ask();
        await upstream.Ask();
        Assert.Equal(1, peer.Connections);

        await upstream.Ask(Asking.Post);
        await upstream.Ask(Asking.Post);

        Assert.Equal(3, peer.Connections);
    }

    [Fact]
    public async Task Headers_of_the_answer_come_along_but_not_those_of_the_connection()
    {
        await using var peer = RawPeer.Answering(
            "HTTP/1.1 409 Conflict\r\nDate: today\r\nServer: nova\r\nX-Compute-Request-Id: req-1\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\n"
            + "Keep-Alive: timeout=5\r\nSet-Cookie: a=1,2\r\nSet-Cookie: b\r\nContent-Encoding: gzip\r\nExpires: 0\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n");
        using var upstream = Asking.Of(peer.Port);

        var answer = await upstream.Ask();

        Assert.Equal("text/html", answer.ContentType);
        Assert.Equal(
            ["Content-Encoding: gzip", "Expires: 0", "Server: nova", "Set-Cookie: a=1,2", "Set-Cookie: b", "X-Compute-Request-Id: req-1"],
            answer.Headers.Select(header => $"{header.Key}: {header.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Answer_without_further_headers_costs_no_memory_for_them()
    {
        await using var peer = RawPeer.Answering("HTTP/1.1 200 OK\r\nDate: today\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n");
        using var upstream = Asking.Of(peer.Port);

        Assert.True((await upstream.Ask()).Headers.IsDefault);
    }
}
