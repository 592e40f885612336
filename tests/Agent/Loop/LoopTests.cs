using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Loop;
using Firstlight.Agent.Tests.Support;
using Firstlight.Metadata.Instances;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Loop;

/// <summary>Connections in the loop: those that stay open, those whose guests are slow, and how they end.</summary>
public sealed class LoopTests
{
    private const string List = "/openstack";
    private const string UserData = "/openstack/latest/user_data";
    private static readonly byte[] Large = Enumerable.Range(0, 8 << 20).Select(static i => (byte)(i * 31 >> 3)).ToArray();

    [Fact]
    public async Task Guest_is_answered_the_short_way_from_its_second_request_on()
    {
        var upstream = new DocumentUpstream();
        await using var agent = await AgentAsync(upstream: upstream);

        for (var i = 0; i < 3; i++) Assert.Equal(200, (await GuestClient.GetHomeAsync(agent.Home, List)).Status);

        Assert.Equal(2, upstream.Prompt);
        Assert.Equal(3, Assert.Single(agent.Server.Describe().Listeners).Requests);
        Assert.Equal("instance /openstack 200", Assert.Single(agent.Server.Describe().Fetches.Select(fetch => $"{fetch.InstanceId} {fetch.Target} {fetch.Status}")));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(7, 1)]
    [InlineData(8, 2)]
    [InlineData(96, 4)]
    public void There_is_a_loop_for_each_four_processors_up_to_four(int processors, int loops) => Assert.Equal(loops, GuestLoops.ByProcessors(processors));

    [Fact]
    public async Task Listeners_are_dealt_to_loops_in_turn_and_each_answers()
    {
        using var loops = new GuestLoops(3, TimeProvider.System, NullLoggerFactory.Instance);
        GuestLoop[] dealt = [.. Enumerable.Range(0, 6).Select(_ => loops.Next())];

        Assert.Equal(3, dealt.Distinct().Count());
        Assert.Equal(dealt[..3], dealt[3..]);
        var threads = new HashSet<int>();
        foreach (var loop in dealt[..3]) await loop.RunAsync(() => threads.Add(Environment.CurrentManagedThreadId));
        Assert.Equal(3, threads.Count);
    }

    [Fact]
    public async Task Guests_who_came_while_the_loop_was_busy_are_all_answered()
    {
        const int Crowd = 5 * AcceptBurst.Most;
        var pause = new TaskCompletionSource();
        var upstream = new DocumentUpstream { Pause = pause.Task };
        await using var agent = await KnownAsync(upstream: upstream);
        var guests = new List<Socket>();
        try
        {
            do
            {
                guests.Add(await GuestClient.ConnectHomeAsync(agent.Home));
                await SendAsync(guests[^1], $"GET {List} HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n");
                if (guests.Count == 1) await Eventually.IsTrue(() => upstream.IsAsked, "the loop is busy with the first");
            }
            while (guests.Count < Crowd);
            pause.SetResult();

            foreach (var guest in guests) Assert.Equal(200, (await GuestClient.ReadAsync(guest)).Status);
        }
        finally
        {
            pause.TrySetResult();
            guests.ForEach(static guest => guest.Dispose());
        }
    }

    [Fact]
    public async Task Connection_that_stays_open_is_answered_again_and_again_and_ends_when_idle()
    {
        var upstream = new DocumentUpstream();
        await using var agent = await KnownAsync(new AgentOptions { IdleTimeout = TimeSpan.FromMinutes(10) }, upstream);
        using var socket = await GuestClient.ConnectHomeAsync(agent.Home);
        for (var i = 0; i < 5; i++)
        {
            await SendAsync(socket, Open(List));
            Assert.StartsWith("HTTP/1.1 200 OK", await ReceiveAsync(socket), StringComparison.Ordinal);
        }

        Assert.Equal(5, upstream.Prompt);
        Assert.Equal(1, Connections(agent));

        await EndsAsync(agent, within: TimeSpan.FromMinutes(11));
        await GuestClient.WaitForEndAsync(socket);
    }

    [Fact]
    public async Task Connection_goes_on_at_Kestrel_when_a_request_is_not_plain()
    {
        await using var agent = await KnownAsync();
        using var socket = await GuestClient.ConnectHomeAsync(agent.Home);
        await SendAsync(socket, Open(List));
        await ReceiveAsync(socket);

        await SendAsync(socket, $"GET {List} HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\n\r\n");
        await SendAsync(socket, "hi");
        await ReceiveAsync(socket);
        await SendAsync(socket, $"GET {List} HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n");

        Assert.Equal(200, (await GuestClient.ReadAsync(socket)).Status);
        await Eventually.IsTrue(() => Connections(agent) == 0, "the connection ended");
    }

    [Fact]
    public async Task Large_document_reaches_a_guest_that_reads_late()
    {
        await using var agent = await KnownAsync(upstream: WithUserData());
        using var socket = await GuestClient.ConnectHomeAsync(agent.Home);
        await SendAsync(socket, $"GET {UserData} HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n");
        await Eventually.IsTrue(() => Connections(agent) == 1, "the answer waits for the guest");

        Assert.Equal(Large, (await GuestClient.ReadAsync(socket)).Body);
    }

    [Fact]
    public async Task What_a_guest_sent_behind_a_large_document_it_was_slow_to_read_is_answered_too()
    {
        await using var agent = await KnownAsync(upstream: WithUserData());
        using var socket = await GuestClient.ConnectHomeAsync(agent.Home);
        await SendAsync(socket, Open(UserData) + "GET /x HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n");
        await Eventually.IsTrue(() => Connections(agent) == 1, "the answer waits for the guest");

        var text = (await GuestClient.ReadAsync(socket)).Body;

        Assert.True(text.AsSpan().StartsWith(Large));
        Assert.StartsWith("HTTP/1.1 404 Not Found", Encoding.Latin1.GetString(text, Large.Length, 40), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guest_that_does_not_take_its_answer_is_reset()
    {
        await using var agent = await KnownAsync(upstream: WithUserData());
        using var socket = await GuestClient.ConnectHomeAsync(agent.Home);
        await SendAsync(socket, Open(UserData));
        await Eventually.IsTrue(() => Connections(agent) == 1, "the answer waits for the guest");

        // At 240 bytes a second it could have had it by then.
        await EndsAsync(agent, within: TimeSpan.FromHours(10));
    }

    [Fact]
    public async Task Connections_of_an_unwanted_listener_are_reset_whatever_they_do()
    {
        using var space = new TestNamespace().WithGuests("10.0.0.5");
        await using var agent = await AgentAsync(upstream: WithUserData());
        var scope = TestAgent.Network("red");
        agent.Directory.Add(scope, "10.0.0.5", "instance");
        await agent.ListenAsync(TestAgent.On(space, scope));
        await GuestClient.GetAsync(space, List, "10.0.0.5");
        using var idle = await GuestClient.ConnectAsync(space, "10.0.0.5");
        await SendAsync(idle, Open(List));
        await ReceiveAsync(idle);
        using var reading = await GuestClient.ConnectAsync(space, "10.0.0.5");
        await SendAsync(reading, Open(UserData));
        await Eventually.IsTrue(() => Connections(agent) == 2, "one is idle and one has an answer to take");

        await agent.ListenAsync();

        await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(idle));
        await GuestClient.WaitForEndAsync(reading);
    }

    [Fact]
    public async Task Stopping_ends_idle_connections_and_lets_an_answer_be_taken()
    {
        await using var agent = await KnownAsync(upstream: WithUserData());
        using var idle = await GuestClient.ConnectHomeAsync(agent.Home);
        await SendAsync(idle, Open(List));
        await ReceiveAsync(idle);
        using var reading = await GuestClient.ConnectHomeAsync(agent.Home);
        await SendAsync(reading, Open(UserData));
        await Eventually.IsTrue(() => Connections(agent) == 2, "one is idle and one has an answer to take");

        var stopping = agent.Server.StopAsync(CancellationToken.None);
        await GuestClient.WaitForEndAsync(idle);

        Assert.Equal(Large, (await GuestClient.ReadAsync(reading)).Body);
        await stopping;
    }

    [Fact]
    public async Task Network_whose_connections_are_all_taken_is_still_answered_but_not_kept()
    {
        await using var agent = await KnownAsync(new AgentOptions { MaxConnectionsPerListener = 2 });
        var held = new List<Socket>();
        for (var i = 0; i < 2; i++)
        {
            held.Add(await GuestClient.ConnectHomeAsync(agent.Home));
            await SendAsync(held[i], Open(List));
            await ReceiveAsync(held[i]);
        }

        using var third = await GuestClient.ConnectHomeAsync(agent.Home);
        await SendAsync(third, Open(List));
        Assert.Equal(200, (await GuestClient.ReadAsync(third)).Status);
        var cold = await GuestClient.SendHomeAsync(agent.Home, Open("/x"));
        Assert.Equal((503, "1"), (cold.Status, cold.Headers["Retry-After"]));

        held.ForEach(static socket => socket.Dispose());
        await Eventually.IsTrue(() => Connections(agent) == 0, "the connections were forgotten");
        Assert.Equal(404, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);
    }

    [Fact]
    public async Task Guest_that_ends_its_side_after_asking_is_answered()
    {
        await using var agent = await KnownAsync();
        using var socket = await GuestClient.ConnectHomeAsync(agent.Home);
        await SendAsync(socket, Open(List));
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(200, (await GuestClient.ReadAsync(socket)).Status);
        await Eventually.IsTrue(() => Connections(agent) == 0, "the connection ended");
    }

    // Again and again: the loop may not have noted yet when the connection is to end.
    private static Task EndsAsync(TestAgent agent, TimeSpan within) => Eventually.IsTrue(
        () =>
        {
            agent.Time.Step(within);
            return Connections(agent) == 0;
        },
        "the connection ended");

    private static string Open(string path) => $"GET {path} HTTP/1.1\r\nHost: m\r\n\r\n";

    private static int Connections(TestAgent agent) => agent.Server.Describe().Listeners.Sum(static listener => listener.Connections);

    private static async Task SendAsync(Socket socket, string text) => await socket.SendAsync(Encoding.Latin1.GetBytes(text));

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[4096];
        return Encoding.Latin1.GetString(buffer, 0, await socket.ReceiveAsync(buffer, patience.Token));
    }

    private static DocumentUpstream WithUserData() => new(DocumentUpstream.Instance with { UserData = new UserData(Large) });

    private static async Task<TestAgent> KnownAsync(AgentOptions? options = null, DocumentUpstream? upstream = null)
    {
        var agent = await AgentAsync(options, upstream);
        await GuestClient.GetHomeAsync(agent.Home, "/nothing");
        await Eventually.IsTrue(() => Connections(agent) == 0, "that connection is gone");
        return agent;
    }

    private static async Task<TestAgent> AgentAsync(AgentOptions? options = null, DocumentUpstream? upstream = null)
    {
        var agent = await TestAgent.StartAsync((options ?? new AgentOptions()) with { Engine = GuestEngine.Lean }, upstream ?? new DocumentUpstream());
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        return agent;
    }
}
