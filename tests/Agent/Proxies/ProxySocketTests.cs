using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Agent.Tests.Proxies;

public sealed class ProxySocketTests : IDisposable
{
    private static readonly string Head = string.Concat(SocketPlace.FromNetwork.Select(header => $"{header.Name}: {header.Value}\r\n"));
    private readonly SocketPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("/a%2Fb/%2e%2e/c?d=%2F&e")]
    [InlineData("//x//y")]
    [InlineData("/a/../b/./c")]
    [InlineData("/a;b=c,d@e:f!$&'()*+~")]
    [InlineData("/%C3%A9%20%3F%23%25")]
    [InlineData("/?")]
    [InlineData("http://169.254.169.254/a%2Fb/../c?d", "/a%2Fb/../c?d")]
    public async Task Target_goes_upstream_as_it_came(string target, string? expected = null)
    {
        await using var nova = await HttpPeer.StartAsync();
        using var upstream = nova.Client();
        await using var agent = await StartAsync(upstream);

        Assert.Equal(200, (await Send("GET", target)).Status);

        Assert.Equal(expected ?? target, Assert.Single(nova.Received).Target);
    }

    [Fact]
    public async Task Longest_target_passes_whole()
    {
        await using var agent = await _place.StartAsync();
        // The request line has 8 KiB: method, target, version, blanks and line end.
        var target = "/" + new string('x', 8 * 1024 - "GET  HTTP/1.1\r\n".Length - 1);

        Assert.Equal(200, (await Send("GET", target)).Status);
        Assert.Equal(target, Assert.Single(agent.Upstream.Asked).Target);
        Assert.Equal(414, (await Send("GET", target + "x")).Status);
    }

    [Fact]
    public async Task Bodies_pass_byte_for_byte_both_ways_chunked_or_not()
    {
        await using var nova = await HttpPeer.StartAsync();
        using var upstream = nova.Client();
        await using var agent = await StartAsync(upstream);
        byte[] body = [0x1f, 0x8b, .. Enumerable.Range(0, 60_000).Select(i => (byte)(i * 7))];
        nova.Answer = async context =>
        {
            context.Response.ContentType = "application/octet-stream";
            await context.Request.Body.CopyToAsync(context.Response.Body);
        };

        foreach (var chunked in (bool[])[false, true])
        {
            var reply = await RawHttp.SendAsync(_place.EndPoint, "POST", "/p", SocketPlace.FromNetwork, body, chunked);
            Assert.Equal(body, reply.Body);
            Assert.Equal("application/octet-stream", reply["Content-Type"]);
        }

        Assert.All(nova.Received, received => Assert.Equal(body, received.Bytes));
        // Nova tells the two apart.
        Assert.Equal([false, true], nova.Received.Select(received => received.Headers.ContainsKey("Transfer-Encoding")));
    }

    [Fact]
    public async Task What_nova_gets_names_the_guest_as_the_proxy_did()
    {
        await using var agent = await _place.StartAsync();
        agent.Directory.Add(new(Firstlight.Inventory.ScopeKind.Router, SocketPlace.RouterId), "10.1.1.21", "routed", "its-project");

        await RawHttp.SendAsync(_place.EndPoint, "GET", "/x", [("X-Neutron-Router-ID", SocketPlace.RouterId.ToUpperInvariant()), ("X-Forwarded-For", " ::ffff:10.1.1.21 "), ("X-Instance-ID", "forged")]);

        var sent = Assert.Single(agent.Upstream.Asked);
        Assert.Equal(("::ffff:10.1.1.21", "routed", "its-project", TestAgent.Signature.Sign(new("routed"))), (sent.ForwardedFor, sent.InstanceId.Value, sent.ProjectId.Value, sent.Signature));
    }

    [Theory]
    [InlineData(29, 400, 500, 400)]
    [InlineData(27, 400, 500, 400)]
    [InlineData(26, 404, 500, 400)]
    [InlineData(25, 404, 500, 500)]
    [InlineData(21, 404, 500, 500)]
    public async Task Unclear_claims_are_refused_before_anybody_is_asked(int release, int twoScopes, int noScope, int badAddress)
    {
        await using var agent = await _place.StartAsync(new AgentOptions { NeutronRelease = release });
        (string, string) network = ("X-Neutron-Network-ID", SocketPlace.NetworkId), router = ("X-Neutron-Router-ID", SocketPlace.RouterId), address = ("X-Forwarded-For", SocketPlace.Guest);

        foreach (var (expected, headers) in ((int, (string, string)[])[])
        [
            (twoScopes, [network, router, address]),
            (twoScopes, [network, ("X_Neutron_Router_ID", SocketPlace.RouterId), address]),
            (twoScopes, [network, router]),
            (noScope, [address]),
            (noScope, []),
            (noScope, [("X-Quantum-Network-ID", SocketPlace.NetworkId), address]),
            (badAddress, [network]),
            (badAddress, [network, address, address]),
            (badAddress, [network, address, ("X_Forwarded_For", "10.0.0.71")]),
            (badAddress, [network, ("X-Forwarded-For", "10.0.0.71, 10.0.0.70")]),
            (badAddress, [network, ("X-Forwarded-For", "fe80::f816:3eff:feb3:e838%eth0")]),
            (404, [("X-Neutron-Network-ID", "net-a"), address]),
            (404, [network, network, address]),
            (404, [network, ("X-Forwarded-For", "10.70")]),
        ])
            Assert.Equal(expected, (await RawHttp.SendAsync(_place.EndPoint, "GET", "/x", headers)).Status);

        Assert.Empty(agent.Directory.Asked);
        Assert.Empty(agent.Upstream.Asked);
        Assert.Equal(14, agent.Server.Describe().ProxySocket!.Requests);
    }

    [Fact]
    public async Task Too_large_is_refused_and_the_next_is_served()
    {
        await using var agent = await _place.StartAsync();
        (string Request, int Status)[] refusals =
        [
            ($"GET /big HTTP/1.1\r\nHost: m\r\n{Head}X-Big: {new string('x', 100 * 1024)}\r\n\r\n", 431),
            ($"GET /big HTTP/1.1\r\nHost: m\r\nConnection: close\r\n{Head}X-Long: {new string('x', 9 * 1024)}\r\n\r\n", 431),
            ($"POST /big HTTP/1.1\r\nHost: m\r\nConnection: close\r\n{Head}Content-Length: 70000\r\n\r\n", 413),
            ($"GET /%00 HTTP/1.1\r\nHost: m\r\n{Head}\r\n", 400),
            ($"GET /x HTTP/1.1\r\n{Head}\r\n", 400),
        ];

        foreach (var (request, status) in refusals)
        {
            Assert.Equal(status, (await RawHttp.SendAsync(_place.EndPoint, Encoding.Latin1.GetBytes(request))).Status);
            Assert.Equal(200, (await Send("GET", "/ok")).Status);
        }

        Assert.All(agent.Upstream.Asked, request => Assert.Equal("/ok", request.Target));
    }

    [Fact]
    public async Task Old_client_without_host_is_served()
    {
        await using var agent = await _place.StartAsync();

        Assert.Equal("instance /x", (await RawHttp.SendAsync(_place.EndPoint, Encoding.ASCII.GetBytes($"GET /x HTTP/1.0\r\n{Head}\r\n"))).Text);
    }

    [Fact]
    public async Task Half_sent_request_ends_while_others_are_served()
    {
        await using var agent = await _place.StartAsync(new AgentOptions { HeaderTimeout = TimeSpan.FromSeconds(1) });
        using var half = _place.Connect();
        await half.SendAsync("GET /half HTTP/1.1\r\nHost:"u8.ToArray());

        Assert.Equal(200, (await Send("GET", "/x")).Status);

        Assert.Equal(408, (await GuestClient.ReadAsync(half)).Status);
        Assert.DoesNotContain(agent.Upstream.Asked, request => request.Target == "/half");
    }

    [Fact]
    public async Task Proxy_that_never_reads_holds_nobody_else_up()
    {
        await using var agent = await _place.StartAsync(new AgentOptions { MaxRequestsInFlight = 1 });
        var large = new byte[8 * 1024 * 1024];
        agent.Upstream.Answer = (request, _) => new(request.Target == "/large" ? new UpstreamAnswer(200, "text/plain", large, large.Length) : TestUpstream.Text(200, "small"));
        using var deaf = _place.Connect();
        await deaf.SendAsync(Encoding.ASCII.GetBytes($"GET /large HTTP/1.1\r\nHost: m\r\n{Head}\r\n"));
        await Eventually.IsTrue(() => deaf.Available > 0, "the large answer is under way");

        for (var i = 0; i < 10; i++) Assert.Equal("small", (await Send("GET", "/small")).Text);
    }

    [Fact]
    public async Task Five_hundred_wait_for_a_slow_upstream_and_none_is_refused()
    {
        await using var agent = await _place.StartAsync();
        await Send("GET", "/warm");
        var before = Descriptors();
        var held = new TaskCompletionSource();
        var answer = agent.Upstream.Answer;
        agent.Upstream.Answer = async (request, token) =>
        {
            await held.Task;
            return await answer(request, token);
        };

        var waiting = Enumerable.Range(0, 500).Select(i => Send("GET", $"/{i}")).ToList();
        await Eventually.IsTrue(() => agent.Upstream.Asked.Count >= 501, "all of them wait");
        held.SetResult();

        var replies = await Task.WhenAll(waiting);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"instance /{i}"), replies.Select(reply => reply.Text));
        await Eventually.IsTrue(() => Descriptors() <= before, "their descriptors are closed");
    }

    [Fact]
    public async Task Request_over_the_limit_is_told_to_come_back_whichever_way_it_comes()
    {
        await using var agent = await _place.StartAsync(new AgentOptions { MaxRequestsInFlight = 1 });
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        var held = new TaskCompletionSource<UpstreamAnswer>();
        agent.Upstream.Answer = (_, _) => new(held.Task);
        var first = GuestClient.GetHomeAsync(agent.Home, "/first");
        await Eventually.IsTrue(() => !agent.Upstream.Asked.IsEmpty, "the first request is under way");

        var second = await Send("GET", "/second");
        var third = await GuestClient.GetHomeAsync(agent.Home, "/third");
        held.SetResult(TestUpstream.Text(200, "done"));

        Assert.Equal((503, "1", 503), (second.Status, second["Retry-After"], third.Status));
        Assert.Equal("done", (await first).Text);
    }

    [Fact]
    public async Task Stopping_lets_a_running_request_finish_and_takes_no_new_one()
    {
        await using var agent = await _place.StartAsync();
        var held = new TaskCompletionSource<UpstreamAnswer>();
        agent.Upstream.Answer = (_, _) => new(held.Task);
        var running = Send("GET", "/running");
        await Eventually.IsTrue(() => !agent.Upstream.Asked.IsEmpty, "the request is under way");

        var stopping = agent.Server.StopAsync(CancellationToken.None);
        await Eventually.IsTrue(_place.IsRefused, "nothing listens any more");
        held.SetResult(TestUpstream.Text(200, "finished"));

        Assert.Equal("finished", (await running).Text);
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(agent.Server.Describe().ProxySocket!.IsListening);
    }

    private async Task<AgentServer> StartAsync(IUpstream upstream)
    {
        var directory = new TestDirectory();
        directory.Add(TestAgent.Network(SocketPlace.NetworkId), SocketPlace.Guest, "instance");
        var agent = new AgentServer(
            new AgentOptions { ProxySocket = _place.Options }, TestAgent.Signature, directory, upstream, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        await agent.StartAsync(CancellationToken.None);
        return agent;
    }

    private Task<RawResponse> Send(string method, string target) => RawHttp.SendAsync(_place.EndPoint, method, target, SocketPlace.FromNetwork);

    // Those of UNIX sockets of this path, both ends, with the one that listens: other tests open and close descriptors meanwhile.
    private int Descriptors() => Ip.Tool("ss", "-xanH").Split('\n').Count(line => line.Contains(_place.Path, StringComparison.Ordinal));
}
