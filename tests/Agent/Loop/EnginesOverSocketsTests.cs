using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Tests.Fuzz;
using Firstlight.Agent.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Agent.Tests.Loop;

/// <summary>The same bytes to both engines over real sockets. The many are compared without (<see cref="DifferentialFuzzTests"/>); here it is the way there and back that counts.</summary>
public sealed class EnginesOverSocketsTests
{
    // What nobody could mistake: whoever still listens after everything else answers this and closes.
    private static readonly byte[] Last = "GET /openstack HTTP/1.1\r\nHost: last\r\nConnection: close\r\n\r\n"u8.ToArray();

    [Fact]
    public async Task Seeds_of_the_fuzzing_are_answered_to_the_byte_and_closed_alike()
    {
        await using var kestrel = await AgentAsync(GuestEngine.Kestrel);
        await using var lean = await AgentAsync(GuestEngine.Lean);

        foreach (var request in Corpus.Read())
        {
            // Twice: at first nobody knows the guest.
            for (var i = 0; i < 2; i++) Assert.Equal(await TalkAsync(kestrel, [request, Last]), await TalkAsync(lean, [request, Last]));
        }
    }

    [Fact]
    public async Task Requests_cut_at_every_byte_are_answered_alike()
    {
        await using var kestrel = await AgentAsync(GuestEngine.Kestrel);
        await using var lean = await AgentAsync(GuestEngine.Lean);
        byte[] requests = [.. "GET /openstack HTTP/1.1\r\nHost: m\r\n\r\nHEAD /openstack/latest/user_data HTTP/1.1\r\nHost: m\r\nAccept: */*\r\n\r\n"u8, .. Last];
        var expected = await TalkAsync(kestrel, [requests]);

        Assert.Equal(expected, await TalkAsync(lean, [requests]));
        for (var cut = 1; cut < requests.Length; cut++) Assert.Equal(expected, await TalkAsync(lean, [requests[..cut], requests[cut..]]));
        Assert.Equal(expected, await TalkAsync(lean, [.. requests.Select(static b => (byte[])[b])]));
    }

    // What comes behind a request that ended the connection may find it closed, or closing: the reset that follows may overtake what was said. Then it is said again.
    private static async Task<string> TalkAsync(TestAgent agent, IReadOnlyList<byte[]> pieces)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            if (await TryTalkAsync(agent, pieces) is { Length: > 0 } said) return said;
        }

        throw new InvalidDataException($"nothing was ever answered to {Encoding.Latin1.GetString(pieces[0])}");
    }

    private static async Task<string> TryTalkAsync(TestAgent agent, IReadOnlyList<byte[]> pieces)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var socket = await GuestClient.ConnectHomeAsync(agent.Home);
        socket.NoDelay = true;
        using var said = new MemoryStream();
        try
        {
            foreach (var piece in pieces)
            {
                await socket.SendAsync(piece, patience.Token);

                // So that what follows is not received together with it.
                await Task.Yield();
            }

            var buffer = new byte[16 << 10];
            for (int read; (read = await socket.ReceiveAsync(buffer, patience.Token)) > 0;) said.Write(buffer, 0, read);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // What was said by then stays.
        }

        return Encoding.Latin1.GetString(AnswerMask.Masked(said.ToArray()));
    }

    private static async Task<TestAgent> AgentAsync(GuestEngine engine)
    {
        var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine }, new DocumentUpstream());
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        return agent;
    }
}
