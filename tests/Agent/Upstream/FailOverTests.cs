using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Upstream;

/// <summary>Several servers of the metadata API that stand in for each other.</summary>
public sealed class FailOverTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Servers_take_turns()
    {
        await using var one = RawPeer.Answering(RawPeer.Ok("one"));
        await using var two = RawPeer.Answering(RawPeer.Ok("two"));
        await using var three = RawPeer.Answering(RawPeer.Ok("three"));
        using var upstream = Asking.Of(one.Port, two.Port, three.Port);

        for (var i = 0; i < 9; i++) await upstream.Ask();

        Assert.Equal((3, 3, 3), (one.Requests.Count, two.Requests.Count, three.Requests.Count));
    }

    [Fact]
    public async Task Server_that_refuses_connections_is_passed_over_whatever_is_asked()
    {
        await using var good = RawPeer.Answering(RawPeer.Ok("good"));
        using var upstream = Of(FreePort(), good.Port);

        foreach (var request in (SignedRequest[])[Asking.Post, Asking.Post, Asking.Get]) Assert.Equal(200, (await upstream.Ask(request)).Status);

        Assert.Equal([false, true], upstream.Describe().Select(status => status.IsHealthy));
        Assert.Contains("refused", upstream.Describe()[0].LastProblem, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Unknown_name_and_a_peer_without_tls_are_passed_over()
    {
        await using var good = RawPeer.Answering(RawPeer.Ok("good"));
        using var upstream = Asking.Of($"no-such-host.invalid:80,127.0.0.1:{good.Port}");
        for (var i = 0; i < 2; i++) Assert.Equal(200, (await upstream.Ask()).Status);
        Assert.False(upstream.Describe()[0].IsHealthy);

        using var tls = Asking.Of(Asking.Hosts(good.Port), protocol: "https");
        await tls.Refusal();
        Assert.False(tls.Describe()[0].IsHealthy);
    }

    [Fact]
    public async Task Connection_that_breaks_is_passed_over_for_what_may_be_sent_twice_and_for_nothing_else()
    {
        await using var bad = RawPeer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut");
        await using var good = RawPeer.Answering(RawPeer.Ok("good"));
        using var upstream = Of(good.Port, bad.Port);

        Assert.Equal("good", Encoding.ASCII.GetString((await upstream.Ask()).Body.Span));
        Assert.Single(bad.Requests);
        await upstream.Ask();
        await upstream.Refusal(Asking.Post);

        Assert.Equal(2, bad.Requests.Count);
        Assert.Equal(2, good.Requests.Count);
    }

    [Fact]
    public async Task Garbage_of_one_server_is_not_the_last_word()
    {
        await using var bad = RawPeer.Saying("SSH-2.0-OpenSSH_9.2\r\n\r\n");
        await using var good = RawPeer.Answering(RawPeer.Ok("good"));
        using var upstream = Of(good.Port, bad.Port);

        Assert.Equal(200, (await upstream.Ask()).Status);
        Assert.Single(bad.Requests);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task Answer_is_an_answer_whatever_its_status(int status)
    {
        await using var bad = RawPeer.Answering($"HTTP/1.1 {status} Sorry\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
        await using var good = RawPeer.Answering(RawPeer.Ok("good"));
        using var upstream = Of(good.Port, bad.Port);

        Assert.Equal([status, 200, status, 200], new[] { await upstream.Ask(), await upstream.Ask(), await upstream.Ask(), await upstream.Ask() }.Select(answer => answer.Status));
        Assert.All(upstream.Describe(), server => Assert.True(server.IsHealthy));
    }

    [Fact]
    public async Task One_broken_connection_is_not_yet_a_broken_server()
    {
        var breaks = true;
        await using var bad = new RawPeer(async (_, socket) =>
        {
            if (Volatile.Read(ref breaks)) RawPeer.Reset(socket);
            else await socket.SendAsync(Encoding.ASCII.GetBytes(RawPeer.Ok("well")));
        });
        using var upstream = Of(bad.Port);
        await upstream.Refusal();
        await upstream.Refusal();
        Volatile.Write(ref breaks, false);
        await upstream.Ask();
        Volatile.Write(ref breaks, true);
        await upstream.Refusal();
        await upstream.Refusal();
        Assert.True(upstream.Describe()[0].IsHealthy);

        await upstream.Refusal();

        Assert.False(upstream.Describe()[0].IsHealthy);
    }

    [Fact]
    public async Task Failed_server_is_tried_again_after_pauses_that_double_up_to_half_a_minute()
    {
        var port = FreePort();
        await using var good = RawPeer.Answering(RawPeer.Ok("good"));
        using var upstream = Of(good.Port, port);
        await upstream.Ask();
        var failedAt = upstream.Describe()[1].Since;
        Assert.Equal((false, _time.GetUtcNow()), (upstream.Describe()[1].IsHealthy, failedAt));

        var pauses = new List<double>();
        await using var tried = new Trap(port);
        for (var (seconds, last) = (0.0, 0.0); pauses.Count < 7; seconds += 0.5)
        {
            var before = tried.Connections;
            await upstream.Ask();
            await upstream.Ask();
            await upstream.Ask(Asking.Post);
            await Eventually.IsTrue(() => tried.Settled, "the trap has counted");
            if (tried.Connections > before)
            {
                pauses.Add(seconds - last);
                last = seconds;
            }

            _time.Advance(TimeSpan.FromSeconds(0.5));
        }

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], pauses);
        Assert.Equal(failedAt, upstream.Describe()[1].Since);
    }

    [Fact]
    public async Task Server_that_is_back_takes_its_turn_again()
    {
        var port = FreePort();
        await using var good = RawPeer.Answering(RawPeer.Ok("good"));
        using var upstream = Of(good.Port, port);
        await upstream.Ask();
        await using var back = await HttpPeer.StartAsync(port);
        await upstream.Ask();
        await upstream.Ask();
        Assert.Empty(back.Received);

        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 4; i++) await upstream.Ask();

        Assert.Equal(2, back.Received.Count);
        Assert.Equal((true, _time.GetUtcNow()), (upstream.Describe()[1].IsHealthy, upstream.Describe()[1].Since));
        Assert.NotNull(upstream.Describe()[1].LastProblem);
    }

    [Fact]
    public async Task When_all_have_failed_the_pauses_do_not_count()
    {
        var (one, two) = (FreePort(), FreePort());
        using var upstream = Of(one, two);
        for (var i = 0; i < 5; i++) await upstream.Refusal();

        await using var back = await HttpPeer.StartAsync(two);

        Assert.Equal(200, (await upstream.Ask()).Status);
        Assert.Equal(200, (await upstream.Ask(Asking.Post)).Status);
    }

    [Fact]
    public async Task Who_comes_while_the_last_hope_is_being_tried_is_told_at_once()
    {
        // Takes connections, never says hello.
        await using var mute = new RawPeer((_, _) => Task.CompletedTask);
        using var upstream = Asking.Of(Asking.Hosts(mute.Port), protocol: "https", connectTimeout: TimeSpan.FromSeconds(1));
        await upstream.Refusal();
        var connections = mute.Connections;

        var trying = upstream.Refusal();
        await Eventually.IsTrue(() => mute.Connections > connections, "the server is tried");
        for (var i = 0; i < 100; i++) Assert.Contains("no connection within 1 s", await upstream.Refusal(), StringComparison.Ordinal);
        Assert.False(trying.IsCompleted);
        await trying;

        Assert.Equal(connections + 1, mute.Connections);
    }

    [Fact]
    public async Task Slow_answer_of_a_server_that_is_back_keeps_nobody_waiting()
    {
        var port = FreePort();
        using var upstream = Of(port);
        await upstream.Refusal();
        var slow = new TaskCompletionSource();
        await using var back = await HttpPeer.StartAsync(port);
        back.Answer = context => context.Request.Path == "/slow" ? slow.Task : Task.CompletedTask;

        var waiting = upstream.Ask(Asking.Get with { Target = "/slow" });
        await Eventually.IsTrue(() => !back.Received.IsEmpty, "the slow request arrived");

        Assert.Equal(200, (await upstream.Ask()).Status);
        Assert.False(waiting.IsCompleted);
        slow.SetResult();
        Assert.Equal(200, (await waiting).Status);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private HttpUpstream Of(params int[] ports) => Asking.Of(Asking.Hosts(ports), _time);

    /// <summary>Counts connections and resets them before a word is said.</summary>
    private sealed class Trap : IAsyncDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Task _accepting;

        public Trap(int port)
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            _listener.Listen();
            _accepting = AcceptAsync();
        }

        public int Connections { get; private set; }

        public bool Settled => !_listener.Poll(0, SelectMode.SelectRead);

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _accepting;
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    var socket = await _listener.AcceptAsync();
                    Connections++;
                    RawPeer.Reset(socket);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Disposed.
            }
        }
    }
}
