using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Discover;
using Firstlight.Agent.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Agent.Tests.Mishaps;

/// <summary>Everything a guest or a proxy can do wrong, many times over and all at once, beside guests that do nothing wrong. Once for each engine.</summary>
[Collection(nameof(ChurnTests))]
public abstract class GuestMishapTests(GuestEngine engine) : IDisposable
{
    private const int Rounds = 12;
    private const int AtOnce = 8;
    private readonly SocketPlace _place = new();
    private TestAgent _agent = null!;

    public void Dispose()
    {
        _place.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_hundred_mishaps_of_each_kind_leave_no_descriptor_open_and_nobody_is_told_what_is_anothers()
    {
        await using var agent = _agent = await _place.StartAsync(new AgentOptions { Engine = engine });
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "one");
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.2", "two");
        agent.Directory.AddTwice(TestAgent.HomeScope, "127.0.0.3");
        var large = new byte[4 * 1024 * 1024];
        agent.Upstream.Answer = async (request, cancellationToken) =>
        {
            if (request.Target == "/never") await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            if (request.Target == "/fault") throw new InvalidDataException("made by the test");
            return request.Target == "/large" ? new UpstreamAnswer(200, "text/plain", large, large.Length) : TestUpstream.Text(200, TestUpstream.Describe(request));
        };

        // Once before counting: what is opened for good is open then.
        await RoundAsync();
        await SettledAsync();
        var before = Descriptors.Count();

        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            for (var i = 0; i < Rounds; i++) await RoundAsync();
        }));

        await SettledAsync();
        await Eventually.IsTrue(() => Descriptors.Count() <= before, "as many descriptors are open as before");
    }

    private async Task RoundAsync()
    {
        var home = _agent.Home;
        await IsRefusedAsync(400, "GET /\u00e9 HTTP/1.1\r\nHost: m\r\n\r\n");
        await IsRefusedAsync(431, $"GET /x HTTP/1.1\r\nHost: m\r\nX-Big: {new string('x', 100 * 1024)}\r\n\r\n");
        await IsRefusedAsync(413, "POST /x HTTP/1.1\r\nHost: m\r\nContent-Length: 70000\r\nConnection: close\r\n\r\n");
        await IsRefusedAsync(400, "POST /x HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nno number\r\n");
        Assert.Equal(404, (await GuestClient.GetHomeAsync(home, "/x", source: "127.0.0.3")).Status);
        Assert.Equal(404, (await GuestClient.GetHomeAsync(home, "/x", source: "127.0.0.9")).Status);
        Assert.Equal(500, (await GuestClient.GetHomeAsync(home, "/fault")).Status);
        await LeaveAsync(await GuestClient.ConnectHomeAsync(home), "", untilAnswered: false);
        await LeaveAsync(await GuestClient.ConnectHomeAsync(home), "GET /half HTTP/1.1\r\nHost:", untilAnswered: false);
        await LeaveAsync(await GuestClient.ConnectHomeAsync(home), "POST /half HTTP/1.1\r\nHost: m\r\nContent-Length: 10\r\n\r\nhalf", untilAnswered: false);
        await LeaveAsync(await GuestClient.ConnectHomeAsync(home), "GET /never HTTP/1.1\r\nHost: m\r\n\r\n", untilAnswered: false);
        await LeaveAsync(await GuestClient.ConnectHomeAsync(home), "GET /large HTTP/1.1\r\nHost: m\r\n\r\n", untilAnswered: true);
        Assert.Equal("two /x", (await GuestClient.GetHomeAsync(home, "/x", source: "127.0.0.2")).Text);

        (string, string) router = ("X-Neutron-Router-ID", SocketPlace.RouterId), address = ("X-Forwarded-For", SocketPlace.Guest);
        Assert.Equal(400, (await RawHttp.SendAsync(_place.EndPoint, "GET", "/x", [.. SocketPlace.FromNetwork, router])).Status);
        Assert.Equal(500, (await RawHttp.SendAsync(_place.EndPoint, "GET", "/x", [address])).Status);
        Assert.Equal(400, (await RawHttp.SendAsync(_place.EndPoint, "GET", "/x", [.. SocketPlace.FromNetwork, address])).Status);
        await LeaveAsync(_place.Connect(), "GET /half HTTP/1.1\r\nHost:", untilAnswered: false);
        await LeaveAsync(_place.Connect(), $"GET /never HTTP/1.1\r\nHost: m\r\n{string.Concat(SocketPlace.FromNetwork.Select(header => $"{header.Name}: {header.Value}\r\n"))}\r\n", untilAnswered: false);
        Assert.Equal("instance /x", (await RawHttp.SendAsync(_place.EndPoint, "GET", "/x", SocketPlace.FromNetwork)).Text);
        Assert.Equal("one /x", (await GuestClient.GetHomeAsync(home, "/x")).Text);
    }

    private async Task IsRefusedAsync(int status, string request)
    {
        using var socket = await GuestClient.ConnectHomeAsync(_agent.Home);
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(request));
            Assert.Equal(status, (await GuestClient.ReadAsync(socket)).Status);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // Refused before all of it was sent.
        }
    }

    // Goes without a word, or never reads what it asked for.
    private static async Task LeaveAsync(Socket socket, string saying, bool untilAnswered)
    {
        using (socket)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(saying));
            if (untilAnswered) await Eventually.IsTrue(() => socket.Available > 0, "the answer is under way");
            if (socket.AddressFamily != AddressFamily.Unix) socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
    }

    private Task SettledAsync() => Eventually.IsTrue(() => _agent.Server.Describe().Listeners.Sum(listener => listener.Connections) == 0, "every connection was forgotten");
}

public sealed class KestrelGuestMishapTests() : GuestMishapTests(GuestEngine.Kestrel);

public sealed class LeanGuestMishapTests() : GuestMishapTests(GuestEngine.Lean);
