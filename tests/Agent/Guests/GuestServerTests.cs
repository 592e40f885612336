using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Guests;

/// <summary>What guests are answered over sockets. Once for each engine.</summary>
public abstract class GuestServerTests(GuestEngine engine)
{
    [Fact]
    public async Task Forged_headers_change_nothing()
    {
        await using var agent = await Agent();
        const string Forged =
            "X-Forwarded-For: 10.9.9.9\r\nX_Forwarded_For: 10.9.9.9\r\nX-Neutron-Network-ID: other\r\nX-Neutron-Router-ID: other\r\nX-Instance-ID: victim\r\n" +
            "X-Instance-ID-Signature: 00\r\nX-Tenant-ID: victim\r\nX-Metadata-Provider: p\r\nX-Metadata-Provider-Signature: 00\r\nForwarded: for=10.9.9.9\r\n";

        var reply = await GuestClient.GetHomeAsync(agent.Home, "/x", Forged);

        Assert.Equal("instance /x", reply.Text);
        var sent = Assert.Single(agent.Upstream.Asked);
        Assert.Equal(
            ("127.0.0.1", "instance", "project", TestAgent.Signature.Sign(new("instance"))),
            (sent.ForwardedFor, sent.InstanceId.Value, sent.ProjectId.Value, sent.Signature));
        Assert.Equal(TestAgent.HomeScope, Assert.Single(agent.Directory.Asked).Scope);
    }

    [Fact]
    public async Task Absolute_form_is_served_as_its_path()
    {
        await using var agent = await Agent();

        await GuestClient.SendHomeAsync(agent.Home, "GET http://169.254.169.254/a%2Fb/../c?d=e HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n");
        await GuestClient.SendHomeAsync(agent.Home, "GET http://169.254.169.254?d HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n");

        Assert.Equal(["/a%2Fb/../c?d=e", "/?d"], agent.Upstream.Asked.Select(request => request.Target));
    }

    [Fact]
    public async Task Old_client_without_host_is_served()
    {
        await using var agent = await Agent();

        Assert.Equal("instance /x", (await GuestClient.SendHomeAsync(agent.Home, "GET /x HTTP/1.0\r\n\r\n")).Text);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order_on_one_connection()
    {
        await using var agent = await Agent();

        var reply = await GuestClient.SendHomeAsync(
            agent.Home, "GET /1 HTTP/1.1\r\nHost: m\r\n\r\nGET /2 HTTP/1.1\r\nHost: m\r\n\r\nGET /3 HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("instance /1HTTP/1.1 200", reply.Text, StringComparison.Ordinal);
        Assert.EndsWith("instance /3", reply.Text, StringComparison.Ordinal);
        Assert.Equal(["/1", "/2", "/3"], agent.Upstream.Asked.Select(request => request.Target));
    }

    [Fact]
    public async Task Head_declares_the_length_and_sends_no_body()
    {
        await using var agent = await Agent();
        agent.Upstream.Answer = (_, _) => new(new Agent.Forward.UpstreamAnswer(200, "application/json", default, 4321));

        var reply = await GuestClient.SendHomeAsync(agent.Home, "HEAD /x HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n");

        Assert.Equal((200, "4321", 0), (reply.Status, reply.Headers["Content-Length"], reply.Body.Length));
    }

    [Fact]
    public async Task Posted_body_arrives_whole_and_tells_whether_it_was_chunked()
    {
        await using var agent = await Agent();

        await GuestClient.SendHomeAsync(agent.Home, "POST /p HTTP/1.1\r\nHost: m\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
        await GuestClient.SendHomeAsync(agent.Home, "POST /p HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");

        Assert.Equal(["hello True", "hello False"], agent.Upstream.Asked.Select(request => $"{Encoding.ASCII.GetString(request.Body.Span)} {request.HasContentLength}"));
    }

    [Fact]
    public async Task What_is_no_request_or_too_large_is_refused_and_the_next_guest_is_served()
    {
        await using var agent = await Agent();
        (string Request, int[] Status)[] refusals =
        [
            ("not http at all\r\n\r\n", [400]),
            ("GET / x HTTP/1.1\r\nHost: m\r\n\r\n", [400]),
            ("GET /\u00e9 HTTP/1.1\r\nHost: m\r\n\r\n", [400]),
            ("CONNECT m:80 HTTP/1.1\r\nHost: m:80\r\nConnection: close\r\n\r\n", [400]),
            ("OPTIONS * HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n", [400]),
            ("GET / HTTP/1.1\r\nHost : m\r\n\r\n", [400]),
            ("GET / HTTP/1.1\r\nHost: m\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", [400]),
            ($"GET /{new string('x', 9000)} HTTP/1.1\r\nHost: m\r\n\r\n", [414]),
            ($"GET / HTTP/1.1\r\nHost: m\r\nX-Long: {new string('x', 9000)}\r\nConnection: close\r\n\r\n", [431]),
            ($"GET / HTTP/1.1\r\nHost: m\r\n{string.Concat(Enumerable.Range(0, 9).Select(i => $"X-{i}: {new string('x', 4000)}\r\n"))}\r\n", [431]),
            ("POST / HTTP/1.1\r\nHost: m\r\nContent-Length: 70000\r\nConnection: close\r\n\r\n", [413]),
        ];

        foreach (var (request, status) in refusals)
        {
            Assert.Contains((await GuestClient.SendHomeAsync(agent.Home, request)).Status, status);
            Assert.Equal(200, (await GuestClient.GetHomeAsync(agent.Home, "/ok")).Status);
        }

        Assert.All(agent.Upstream.Asked, request => Assert.Equal("/ok", request.Target));
    }

    [Fact]
    public async Task Guest_that_insists_on_http_2_is_let_go()
    {
        await using var agent = await Agent();
        using var socket = await GuestClient.ConnectHomeAsync(agent.Home);
        await socket.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());

        await GuestClient.WaitForEndAsync(socket);
    }

    [Fact]
    public async Task Fault_while_a_body_is_forwarded_gives_the_place_back()
    {
        await using var agent = await Agent(new AgentOptions { MaxRequestsInFlight = 1 });
        agent.Upstream.Answer = (_, _) => throw new InvalidDataException("made by the test");

        for (var i = 0; i < 3; i++)
        {
            var reply = await GuestClient.SendHomeAsync(agent.Home, "POST /p HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
            Assert.Equal(500, reply.Status);
        }
    }

    [Fact]
    public async Task Agent_that_never_started_can_be_stopped()
    {
        var agent = new AgentServer(
            new AgentOptions(), TestAgent.Signature, new TestDirectory(), new TestUpstream(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);

        await agent.StopAsync(CancellationToken.None);
        await agent.DisposeAsync();
    }

    [Fact]
    public async Task Slow_header_ends_while_others_are_served()
    {
        await using var agent = await Agent(new AgentOptions { HeaderTimeout = TimeSpan.FromSeconds(1) });
        var slow = new List<Socket>();
        for (var i = 0; i < 20; i++)
        {
            slow.Add(await GuestClient.ConnectHomeAsync(agent.Home));
            await slow[i].SendAsync("GET / HTTP/1.1\r\nHost:"u8.ToArray());
        }

        Assert.Equal(200, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);
        foreach (var socket in slow)
        {
            Assert.Equal(408, (await GuestClient.ReadAsync(socket)).Status);
            socket.Dispose();
        }
    }

    [Fact]
    public async Task Idle_connection_ends()
    {
        await using var agent = await Agent(new AgentOptions { IdleTimeout = TimeSpan.FromSeconds(1) });
        using var socket = await GuestClient.ConnectHomeAsync(agent.Home);
        await socket.SendAsync("GET /x HTTP/1.1\r\nHost: m\r\n\r\n"u8.ToArray());

        Assert.Equal("instance /x", (await GuestClient.ReadAsync(socket)).Text);
    }

    [Fact]
    public async Task Request_over_the_limit_is_told_to_come_back()
    {
        await using var agent = await Agent(new AgentOptions { MaxRequestsInFlight = 1 });
        var held = new TaskCompletionSource<Agent.Forward.UpstreamAnswer>();
        agent.Upstream.Answer = (_, _) => new(held.Task);
        var first = GuestClient.GetHomeAsync(agent.Home, "/first");
        await Eventually.IsTrue(() => !agent.Upstream.Asked.IsEmpty, "the first request is under way");

        var second = await GuestClient.GetHomeAsync(agent.Home, "/second");
        held.SetResult(TestUpstream.Text(200, "done"));

        Assert.Equal((503, "1"), (second.Status, second.Headers["Retry-After"]));
        Assert.Equal("done", (await first).Text);
        Assert.Equal(200, (await GuestClient.GetHomeAsync(agent.Home, "/third")).Status);
    }

    [Fact]
    public async Task Guest_that_goes_away_frees_its_place()
    {
        await using var agent = await Agent(new AgentOptions { MaxRequestsInFlight = 1 });
        var answer = agent.Upstream.Answer;
        var cancelled = new TaskCompletionSource();
        agent.Upstream.Answer = async (_, token) =>
        {
            using var registration = token.Register(cancelled.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            return default;
        };
        using (var socket = await GuestClient.ConnectHomeAsync(agent.Home))
        {
            await socket.SendAsync("GET / HTTP/1.1\r\nHost: m\r\n\r\n"u8.ToArray());
            await Eventually.IsTrue(() => !agent.Upstream.Asked.IsEmpty, "the request is under way");
            socket.LingerState = new LingerOption(true, 0);
        }

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
        agent.Upstream.Answer = answer;
        var status = 0;
        for (var deadline = DateTime.UtcNow.AddSeconds(20); status != 200 && DateTime.UtcNow < deadline;) status = (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status;
        Assert.Equal(200, status);
    }

    [Fact]
    public async Task Stopping_lets_a_running_request_finish_and_takes_no_new_one()
    {
        await using var agent = await Agent();
        var home = agent.Home;
        var held = new TaskCompletionSource<Agent.Forward.UpstreamAnswer>();
        agent.Upstream.Answer = (_, _) => new(held.Task);
        var running = GuestClient.GetHomeAsync(home, "/running");
        await Eventually.IsTrue(() => !agent.Upstream.Asked.IsEmpty, "the request is under way");

        var stopping = agent.Server.StopAsync(CancellationToken.None);
        await Eventually.IsTrue(() => !CanConnect(home), "nothing listens any more");
        held.SetResult(TestUpstream.Text(200, "finished"));

        Assert.Equal("finished", (await running).Text);
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Status_tells_the_last_fetch_of_each_instance()
    {
        await using var agent = await Agent();
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.2", "second");
        await GuestClient.GetHomeAsync(agent.Home, "/a");
        await GuestClient.GetHomeAsync(agent.Home, "/b");
        await GuestClient.GetHomeAsync(agent.Home, "/c", source: "127.0.0.2");

        var status = agent.Server.Describe();

        Assert.Equal(["second /c 200", "instance /b 200"], status.Fetches.Select(fetch => $"{fetch.InstanceId} {fetch.Target} {fetch.Status}"));
        Assert.Equal(3, Assert.Single(status.Listeners).Requests);
    }

    private static bool CanConnect(IPEndPoint to)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(to);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<TestAgent> Agent(AgentOptions? options = null)
    {
        var agent = await TestAgent.StartAsync((options ?? new AgentOptions()) with { Engine = engine });
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        return agent;
    }
}

public sealed class KestrelGuestServerTests() : GuestServerTests(GuestEngine.Kestrel);

public sealed class LeanGuestServerTests() : GuestServerTests(GuestEngine.Lean);
