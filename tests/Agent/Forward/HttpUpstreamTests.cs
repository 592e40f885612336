using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Support;
using Firstlight.Metadata.Identity;
using Microsoft.AspNetCore.Http;

namespace Firstlight.Agent.Tests.Forward;

public sealed class HttpUpstreamTests
{
    [Fact]
    public async Task Only_the_headers_of_the_protocol_go_out()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();

        await upstream.SendAsync(Request("GET", "/openstack"), CancellationToken.None);

        var headers = Assert.Single(peer.Received).Headers;
        Assert.Equal(
            new SortedDictionary<string, string>
            {
                ["Accept"] = "*/*",
                ["Host"] = $"127.0.0.1:{peer.Port}",
                ["X-Forwarded-For"] = "10.0.0.5",
                ["X-Instance-ID"] = "instance",
                ["X-Instance-ID-Signature"] = "signature",
                ["X-Tenant-ID"] = "project",
            },
            new SortedDictionary<string, string>(headers.ToDictionary()));
    }

    [Theory]
    [InlineData("/a/../b")]
    [InlineData("//openstack//latest/")]
    [InlineData("/%2e%2E/%2Fx%3f%23?a=%20&b=c/../d")]
    [InlineData("/caf%C3%A9?")]
    [InlineData("/x;y=z,(1)[2]{3}|4^5`6\"7<8>")]
    public async Task Target_goes_out_as_it_came_in(string target)
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();

        await upstream.SendAsync(Request("GET", target), CancellationToken.None);

        Assert.Equal(target, Assert.Single(peer.Received).Target);
    }

    [Fact]
    public async Task Post_sends_the_body_with_its_length()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();

        await upstream.SendAsync(Request("POST", "/openstack/latest/password") with { Body = "secret"u8.ToArray() }, CancellationToken.None);
        await upstream.SendAsync(Request("POST", "/openstack/latest/password"), CancellationToken.None);

        Assert.Equal(["6:secret", "0:"], peer.Received.Select(received => $"{received.Headers["Content-Length"]}:{received.Body}"));
    }

    [Fact]
    public async Task Chunked_body_stays_chunked_so_that_the_api_can_refuse_it()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();

        await upstream.SendAsync(Request("POST", "/x") with { Body = "secret"u8.ToArray(), HasContentLength = false }, CancellationToken.None);

        var received = Assert.Single(peer.Received);
        Assert.Equal("chunked", received.Headers["Transfer-Encoding"]);
        Assert.Equal("secret", received.Body);
    }

    [Fact]
    public async Task Head_tells_the_length_a_get_would_have()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        peer.Answer = context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = 1234;
            return Task.CompletedTask;
        };

        var answer = await upstream.SendAsync(Request("HEAD", "/x"), CancellationToken.None);

        Assert.Equal((200, "application/json", 1234L, true), (answer.Status, answer.ContentType, answer.ContentLength, answer.Body.IsEmpty));
    }

    [Fact]
    public async Task Body_without_a_declared_length_arrives_whole()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        var body = new string('x', 100_000);
        peer.Answer = async context =>
        {
            await context.Response.WriteAsync(body[..50_000]);
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync(body[50_000..]);
        };

        var answer = await upstream.SendAsync(Request("GET", "/x"), CancellationToken.None);

        Assert.Equal(body, Encoding.ASCII.GetString(answer.Body.Span));
        Assert.Equal(100_000, answer.ContentLength);
    }

    [Fact]
    public async Task Redirect_is_an_answer_not_an_order()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        peer.Answer = context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };

        Assert.Equal(302, (await upstream.SendAsync(Request("GET", "/x"), CancellationToken.None)).Status);
        Assert.Single(peer.Received);
    }

    [Fact]
    public async Task Endless_answer_is_given_up()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        peer.Answer = async context =>
        {
            var block = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(block, context.RequestAborted);
        };

        Assert.Equal(502, (await upstream.SendAsync(Request("GET", "/x"), CancellationToken.None)).Status);
    }

    [Fact]
    public async Task Refused_connection_and_unknown_name_are_unavailable()
    {
        using var refused = HttpPeer.Client(await FreePort());
        await Assert.ThrowsAsync<UpstreamUnavailableException>(async () => await refused.SendAsync(Request("GET", "/x"), CancellationToken.None));
    }

    [Fact]
    public async Task Silence_after_the_connection_is_a_timeout()
    {
        await using var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client(timeout: TimeSpan.FromMilliseconds(200));
        peer.Answer = context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);

        await Assert.ThrowsAsync<TimeoutException>(async () => await upstream.SendAsync(Request("GET", "/x"), CancellationToken.None));
    }

    [Fact]
    public async Task Peer_that_speaks_no_http_is_a_bad_gateway()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var upstream = HttpPeer.Client(((IPEndPoint)listener.LocalEndpoint).Port);
        var answering = upstream.SendAsync(Request("GET", "/x"), CancellationToken.None).AsTask();
        using var socket = await listener.AcceptSocketAsync();
        await socket.SendAsync("SSH-2.0-OpenSSH\r\n\r\n"u8.ToArray());

        Assert.Equal(502, (await answering).Status);
    }

    internal static async Task<int> FreePort()
    {
        await using var peer = await HttpPeer.StartAsync();
        return peer.Port;
    }

    private static SignedRequest Request(string method, string target) =>
        new(method, target, "10.0.0.5", new InstanceId("instance"), new ProjectId("project"), "signature", default, HasContentLength: true);
}
