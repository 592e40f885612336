using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Limit;

/// <summary>Guests who ask more than they may. Once for each engine.</summary>
public abstract class LimitedGuestTests(GuestEngine engine)
{
    private static readonly RateLimitOptions Two = new() { BaseLimit = 2, BurstLimit = 100 };

    [Fact]
    public async Task Guest_beyond_its_limit_is_refused_before_anything_is_looked_up()
    {
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, RateLimit = Two });
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        for (var i = 0; i < 2; i++) Assert.Equal(200, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);

        var reply = await GuestClient.GetHomeAsync(agent.Home, "/x");

        Assert.Equal((429, "no-cache"), (reply.Status, reply.Headers["Cache-Control"]));
        Assert.Equal(2, agent.Directory.Asked.Count);
        Assert.Equal(404, (await GuestClient.GetHomeAsync(agent.Home, "/x", source: "127.0.0.2")).Status);
    }

    [Fact]
    public async Task Requests_of_one_connection_count_one_by_one_and_refusals_keep_it_open()
    {
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, RateLimit = Two });
        using var socket = await GuestClient.ConnectHomeAsync(agent.Home);
        await socket.SendAsync("GET /a HTTP/1.1\r\nHost: m\r\n\r\nGET /b HTTP/1.1\r\nHost: m\r\n\r\nGET /c HTTP/1.1\r\nHost: m\r\n\r\nGET /d HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n"u8.ToArray());

        var all = (await GuestClient.ReadAsync(socket)).Text;

        Assert.Equal(2, all.Split("HTTP/1.1 429 Too Many Requests").Length - 1);
        Assert.Equal(2, agent.Directory.Asked.Count);
    }

    [Fact]
    public async Task Without_a_limit_nobody_is_refused()
    {
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine });
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");

        for (var i = 0; i < 30; i++) Assert.Equal(200, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);
    }

    [Fact]
    public async Task Guest_behind_a_proxy_is_limited_by_network_and_address()
    {
        var network = Guid.NewGuid().ToString();
        var directory = Directory.CreateTempSubdirectory("fls-");
        try
        {
            var path = Path.Combine(directory.FullName, "metadata_proxy");
            await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, RateLimit = Two, ProxySocket = new ProxySocketOptions(path) });

            int[] statuses =
            [
                await Ask(path, network, "10.0.0.5"), await Ask(path, network, "::ffff:10.0.0.5"), await Ask(path, network, "10.0.0.5"),
                await Ask(path, network, "10.0.0.6"), await Ask(path, Guid.NewGuid().ToString(), "10.0.0.5"),
            ];
            Assert.Equal([404, 404, 429, 404, 404], statuses);
            Assert.Equal(4, agent.Directory.Asked.Count);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<int> Ask(string path, string network, string address)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /x HTTP/1.1\r\nHost: m\r\nx-forwarded-for: {address}\r\nx-neutron-network-id: {network}\r\nConnection: close\r\n\r\n"));
        return (await GuestClient.ReadAsync(socket)).Status;
    }
}

public sealed class KestrelLimitedGuestTests() : LimitedGuestTests(GuestEngine.Kestrel);

public sealed class LeanLimitedGuestTests() : LimitedGuestTests(GuestEngine.Lean);
