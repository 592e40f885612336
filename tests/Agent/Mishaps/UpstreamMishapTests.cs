using System.Net;
using System.Net.Sockets;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Discover;
using Firstlight.Agent.Tests.Support;
using Firstlight.Agent.Tests.Upstream;

namespace Firstlight.Agent.Tests.Mishaps;

/// <summary>Everything a metadata API can do wrong on the wire, many times over.</summary>
[Collection(nameof(ChurnTests))]
public sealed class UpstreamMishapTests
{
    private const int Rounds = 12;
    private const int AtOnce = 8;

    [Fact]
    public async Task A_hundred_mishaps_of_each_kind_leave_no_descriptor_open()
    {
        await using var cut = RawPeer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
        await using var garbage = RawPeer.Saying("SSH-2.0-OpenSSH_9.2\r\n\r\n");
        await using var silent = RawPeer.Answering("");
        await using var resets = new RawPeer(async (_, socket) =>
        {
            await socket.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello"u8.ToArray());
            RawPeer.Reset(socket);
        });
        RawPeer[] peers = [cut, garbage, silent, resets];
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var upstreams = peers.Select(peer => Asking.Of(Asking.Hosts(peer.Port), timeout: TimeSpan.FromMilliseconds(200)))
            .Append(Asking.Of(((IPEndPoint)closed.LocalEndPoint!).Port)).ToList();
        try
        {
            await Task.WhenAll(upstreams.Select(FailAsync));
            await Eventually.IsTrue(() => peers.All(peer => peer.Open == 0), "the first connections ended");
            var before = Descriptors.Count();

            await Task.WhenAll(Enumerable.Range(0, AtOnce).SelectMany(_ => upstreams).Select(async upstream =>
            {
                for (var i = 0; i < Rounds; i++) await FailAsync(upstream);
            }));

            await Eventually.IsTrue(() => Descriptors.Count() <= before, "as many descriptors are open as before");
        }
        finally
        {
            upstreams.ForEach(upstream => upstream.Dispose());
        }
    }

    private static async Task FailAsync(HttpUpstream upstream)
    {
        foreach (var request in (SignedRequest[])[Asking.Get, Asking.Post])
        {
            try
            {
                Assert.Equal(502, (await upstream.SendAsync(request, CancellationToken.None)).Status);
            }
            catch (Exception e) when (e is UpstreamUnavailableException or TimeoutException)
            {
                // No answer is as good as a bad one here.
            }
        }
    }
}
